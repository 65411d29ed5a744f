import { backupCalls, backupRoutes } from "./backup-routes.ts";
import { machineCalls, machineRoutes } from "./machine-routes.ts";
import { personCalls, personRoutes } from "./person-routes.ts";
import {
  askedInHandler,
  asset,
  call,
  type Endpoint,
  events,
  form,
  fragments,
  git,
  json,
  largeBody,
  open,
  openForm,
  page,
  route,
  routesAbout,
  text,
} from "./route.ts";
import { scalingCalls, scalingRoutes } from "./scaling-routes.ts";

const ofProduct = routesAbout("product", "slug");
const ofDeployment = routesAbout("deployment", "id");
const apiOfProduct = routesAbout("product", "product");
const apiOfInstallation = routesAbout("installation", "id");

/**
 * Every URL of Baton and its rules: the right that it asks for, what it answers with, how large a body may be, and how the audit
 * log words it. `web` registers and guards its handlers with this table, and `views` link through it; nothing else
 * writes a path.
 */
export const routes = {
  ...personRoutes,
  ...backupRoutes,
  ...machineRoutes,
  ...scalingRoutes,
  livez: route("/livez", { get: open(text) }),
  healthz: route("/healthz", { get: open(json) }),
  metrics: route("/metrics", { get: text("system") }),

  home: route("/", { get: page("enter") }),
  signIn: route("/sign-in", { get: open(page), post: openForm("signed in") }),
  signOut: route("/sign-out", { post: form("enter", "signed out") }),
  product: ofProduct("/products/:slug", { get: page("see") }),
  /** GET asks "are you sure?", POST does it. */
  productStop: ofProduct("/products/:slug/stop", { get: page("stop"), post: form("stop", "stopped") }),
  productVariables: ofProduct("/products/:slug/variables", {
    get: page("values"),
    post: form("variables", "changed variables of", largeBody),
  }),
  productDeployments: ofProduct("/products/:slug/deployments", { get: page("see") }),
  productLogs: ofProduct("/products/:slug/logs", { get: page("logs") }),
  productDomains: ofProduct("/products/:slug/domains", {
    get: page("see"),
    post: form("domains", "changed the domains of"),
  }),
  productSettings: ofProduct("/products/:slug/settings", {
    get: page("settings"),
    post: form("settings", "changed the settings of"),
  }),
  /** Answers with the page of variables, and one value on it. */
  productVariableReveal: ofProduct("/products/:slug/variables/reveal", {
    post: form("variables", "revealed a variable of"),
  }),
  productServiceSettings: ofProduct("/products/:slug/settings/service", {
    post: form("settings", "changed health checks and limits of"),
  }),
  /** GET shows what would happen, POST does it: the same version, with fresh images and the current variables. */
  productRedeploy: ofProduct("/products/:slug/redeploy", {
    get: page("deploy"),
    post: form("deploy", "redeployed everything in"),
  }),
  /** Deploys the tip of the branch, which is already in the repository. */
  productDeploy: ofProduct("/products/:slug/deploy", { post: form("deploy", "deployed") }),
  /** Gives the live version the current variables and settings. */
  productApply: ofProduct("/products/:slug/apply", { post: form("deploy", "applied changes to") }),
  /** GET asks for the product's name, POST deletes it. */
  productDelete: ofProduct("/products/:slug/delete", {
    get: page("delete-product"),
    post: form("delete-product", "deleted"),
  }),
  /** The checklist from a bare server to HTTPS. */
  setUp: route("/set-up", { get: page("system") }),
  setUpHide: route("/set-up/hide", { post: form("administer", "hid the set-up checklist") }),
  setUpStream: route("/set-up/stream", { get: fragments("system") }),
  /** Baton's own documentation. */
  documents: route("/docs", { get: page("enter") }),
  document: route("/docs/:name", { get: page("enter") }),
  newProduct: route("/new", { get: page("create-products"), post: form("create-products", "created") }),
  /** Creates a product from the bundled app. */
  newSample: route("/new/sample", { post: form("create-products", "deployed the sample app as") }),
  /** GET lists them, POST creates one. */
  environments: route("/environments", { get: page("enter"), post: form("environments", "created the environment") }),
  environmentRemove: route("/environments/:name/remove", { post: form("environments", "removed the environment") }),
  environmentVariables: route("/environments/:name/variables", {
    get: page("shared-variables"),
    post: form("shared-variables", "changed the shared variables of the environment", largeBody),
  }),
  environmentVariableReveal: route("/environments/:name/variables/reveal", {
    post: form("shared-variables", "revealed a shared variable of the environment"),
  }),
  /** One's own tokens; for administrators also those of others. */
  tokens: route("/account/tokens", { get: page("tokens"), post: form("tokens", "created the token") }),
  tokenRevoke: route("/account/tokens/:id{[0-9]+}/revoke", { post: form("tokens", "revoked the token") }),
  /** Everybody who can sign in, and the invitations that are open. */
  people: route("/people", { get: page("people") }),
  peopleInvite: route("/people/invite", { post: form("people", "invited") }),
  invitationWithdraw: route("/people/invitations/:id{[0-9]+}/withdraw", {
    post: form("people", "withdrew the invitation of"),
  }),
  person: route("/people/:id{[0-9]+}", { post: form("people", "changed the rights of") }),
  personDisable: route("/people/:id{[0-9]+}/disable", { post: form("people", "disabled") }),
  personEnable: route("/people/:id{[0-9]+}/enable", { post: form("people", "enabled") }),
  /** GET asks "are you sure?", POST does it. */
  personRemove: route("/people/:id{[0-9]+}/remove", { get: page("people"), post: form("people", "removed") }),
  queue: route("/queue", { get: page("enter") }),
  activity: route("/activity", { get: page("enter") }),
  system: route("/system", { get: page("system") }),
  systemFreeSpace: route("/system/free-space", { post: form("administer", "removed what was safe to remove") }),
  deployments: route("/deployments", { get: page("enter") }),
  deployment: ofDeployment("/deployments/:id{[0-9]+}", { get: page("see") }),
  /** GET shows what would happen, POST does it. */
  deploymentRedeploy: ofDeployment("/deployments/:id{[0-9]+}/redeploy", {
    get: page("deploy"),
    post: form("deploy", "redeployed"),
  }),
  deploymentCancel: ofDeployment("/deployments/:id{[0-9]+}/cancel", { post: form("deploy", "cancelled") }),
  /** Tries the version of a failed deployment again. */
  deploymentRetry: ofDeployment("/deployments/:id{[0-9]+}/retry", { post: form("deploy", "retried") }),
  /** Marks a failure as seen. */
  deploymentDismiss: ofDeployment("/deployments/:id{[0-9]+}/dismiss", {
    post: form("deploy", "dismissed the failure of"),
  }),
  /** Streams that keep pages up to date. */
  homeStream: route("/stream", { get: fragments("enter") }),
  productStream: ofProduct("/products/:slug/stream", { get: fragments("see") }),
  productLogsStream: ofProduct("/products/:slug/logs/stream", { get: fragments("logs") }),
  newProductStream: route("/new/stream", { get: fragments("create-products") }),
  deploymentsStream: route("/deployments/stream", { get: fragments("enter") }),
  queueStream: route("/queue/stream", { get: fragments("enter") }),
  /** For pages that show nothing live except news from elsewhere. */
  newsStream: route("/news/stream", { get: fragments("enter") }),
  deploymentStream: ofDeployment("/deployments/:id{[0-9]+}/stream", { get: fragments("see") }),
  asset: route("/assets/:file", { get: asset }),

  /** The page about a product's repository and its deliveries. */
  productWebhooks: ofProduct("/products/:slug/webhooks", { get: page("deliveries") }),
  productRepository: ofProduct("/products/:slug/webhooks/repository", {
    post: form("webhooks", "changed the repository of"),
  }),
  productToken: ofProduct("/products/:slug/webhooks/token", {
    post: form("webhooks", "changed the repository's token of"),
  }),
  productDeployKey: ofProduct("/products/:slug/webhooks/deploy-key", {
    post: form("webhooks", "changed the deploy key of"),
  }),
  productHostKey: ofProduct("/products/:slug/webhooks/host-key", {
    post: form("webhooks", "forgot the host key of the repository of"),
  }),
  productWebhookSecret: ofProduct("/products/:slug/webhooks/secret", {
    post: form("webhooks", "generated a new webhook secret for"),
  }),
  productReports: ofProduct("/products/:slug/webhooks/reports", {
    post: form("webhooks", "changed GitHub reporting of"),
  }),
  productCheck: ofProduct("/products/:slug/webhooks/check", { post: form("webhooks", "checked for new commits of") }),
  delivery: ofProduct("/products/:slug/webhooks/:id{[0-9]+}", { get: page("deliveries") }),
  deliveryAgain: ofProduct("/products/:slug/webhooks/:id{[0-9]+}/redeliver", {
    post: form("webhooks", "redelivered a webhook to"),
  }),

  /** The webhook URL that a forge delivers to. The handler limits the body and records each delivery. */
  webhook: route("/webhooks/:forge/:product", { post: open(json) }),

  /** The URL that git pushes to and fetches from. */
  git: (slug: string) => `/git/${slug}.git`,
  /** The requests that git sends below that URL. The repository is the product's name, usually with `.git`. */
  gitHttp: {
    everything: "/git/*",
    repository: "/git/:repository/*",
    lfs: "/git/:repository/info/lfs/*",
    /** Asks for the right of the service that it announces: that of `uploadPack` or of `receivePack`. */
    refs: route("/git/:repository/info/refs", { get: askedInHandler(git("clone")) }),
    uploadPack: route("/git/:repository/git-upload-pack", { post: askedInHandler(git("clone")) }),
    /** A push to a free name asks for "push-new-products" instead. */
    receivePack: route("/git/:repository/git-receive-pack", {
      post: askedInHandler({ ...git("push"), action: "pushed to" }),
    }),
  },

  api: {
    ...backupCalls,
    ...machineCalls,
    ...personCalls,
    ...scalingCalls,
    openapi: route("/api/openapi.json", { get: json("enter") }),
    activity: route("/api/activity", { get: json("enter") }),
    activityExport: route("/api/activity.jsonl", { get: text("enter") }),
    activityTable: route("/api/activity.csv", { get: text("enter") }),
    environments: route("/api/environments", {
      get: json("enter"),
      post: call("environments", "created the environment"),
    }),
    environment: route("/api/environments/:id", { delete: call("environments", "removed the environment") }),
    environmentVariables: route("/api/environments/:id/variables", {
      get: json("shared-variables"),
      put: call("shared-variables", "changed the shared variables of the environment", largeBody),
    }),
    environmentVariableReveal: route("/api/environments/:id/variables/:name/reveal", {
      post: call("shared-variables", "revealed a shared variable of the environment"),
    }),
    productRedeploy: routesAbout("installation", "productDeploymentId")(
      "/api/environments/:environmentId/product-deployments/:productDeploymentId/redeploy",
      { post: call("deploy", "redeployed everything in") },
    ),
    progress: route("/api/progress/:sessionId", { get: askedInHandler(events("see")) }),
    products: route("/api/products", { get: json("enter"), post: call("create-products", "created") }),
    product: apiOfProduct("/api/products/:product", {
      get: json("see"),
      patch: call("settings", "changed the settings of"),
      delete: call("delete-product", "deleted"),
    }),
    productVariables: apiOfProduct("/api/products/:product/variables", {
      get: json("values"),
      put: call("variables", "changed variables of", largeBody),
    }),
    productDeployments: apiOfProduct("/api/products/:product/deployments", { get: json("see") }),
    source: apiOfProduct("/api/products/:product/source", {
      get: json("deliveries"),
      patch: call("webhooks", "changed the repository of"),
    }),
    deployKey: apiOfProduct("/api/products/:product/deploy-key", {
      post: call("webhooks", "generated a deploy key for"),
      delete: call("webhooks", "removed the deploy key of"),
    }),
    webhookSecret: apiOfProduct("/api/products/:product/webhook-secret", {
      post: call("webhooks", "generated a new webhook secret for"),
    }),
    check: apiOfProduct("/api/products/:product/check", { post: call("webhooks", "checked for new commits of") }),
    deliveries: apiOfProduct("/api/products/:product/webhook-deliveries", { get: json("deliveries") }),
    delivery: apiOfProduct("/api/products/:product/webhook-deliveries/:id", { get: json("deliveries") }),
    deliveryAgain: apiOfProduct("/api/products/:product/webhook-deliveries/:id/redeliver", {
      post: call("webhooks", "redelivered a webhook to"),
    }),
    installations: route("/api/product-deployments", {
      get: json("enter"),
      post: askedInHandler(call("install", "installed")),
    }),
    installation: apiOfInstallation("/api/product-deployments/:id", {
      get: json("see"),
      patch: call("settings", "changed the settings of"),
      delete: call("install", "uninstalled"),
    }),
    installationApply: apiOfInstallation("/api/product-deployments/:id/apply", {
      post: call("deploy", "applied changes to"),
    }),
    installationVariables: apiOfInstallation("/api/product-deployments/:id/variables", {
      get: json("values"),
      put: call("variables", "changed variables of", largeBody),
    }),
    installationVariableReveal: apiOfInstallation("/api/product-deployments/:id/variables/:name/reveal", {
      post: call("variables", "revealed a variable of"),
    }),
    installationDomains: apiOfInstallation("/api/product-deployments/:id/domains", {
      put: call("domains", "changed the domains of"),
    }),
    installationDeploy: apiOfInstallation("/api/product-deployments/:id/deploy", { post: call("deploy", "deployed") }),
    installationStop: apiOfInstallation("/api/product-deployments/:id/stop", { post: call("stop", "stopped") }),
    installationLogs: apiOfInstallation("/api/product-deployments/:id/logs", { get: text("logs") }),
    deployments: route("/api/deployments", { get: json("enter") }),
    deployment: ofDeployment("/api/deployments/:id", { get: json("see") }),
    deploymentChanges: ofDeployment("/api/deployments/:id/changes", { get: json("see") }),
    deploymentLog: ofDeployment("/api/deployments/:id/log", { get: text("see") }),
    deploymentEvents: ofDeployment("/api/deployments/:id/events", { get: events("see") }),
    deploymentRedeploy: ofDeployment("/api/deployments/:id/redeploy", { post: call("deploy", "redeployed") }),
    deploymentCancel: ofDeployment("/api/deployments/:id/cancel", { post: call("deploy", "cancelled") }),
  },
} as const;

/** Whether git is asking for this path, as far as the path alone shows. */
export function isGitPath(path: string): boolean {
  return path.startsWith("/git/");
}

/** All declared endpoints. */
export const endpoints: readonly Endpoint[] = endpointsIn(routes);

function endpointsIn(declared: object): readonly Endpoint[] {
  return Object.values(declared).flatMap((one: unknown) => {
    if (isEndpoint(one)) return [one];
    return (typeof one === "object" && one !== null) || typeof one === "function" ? endpointsIn(one) : [];
  });
}

function isEndpoint(one: unknown): one is Endpoint {
  return typeof one === "object" && one !== null && "method" in one;
}
