import {
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
  page,
  route,
  routesAbout,
  text,
} from "./route.ts";

const ofProduct = routesAbout("product", "slug");
const ofDeployment = routesAbout("deployment", "id");
const apiOfProduct = routesAbout("product", "product");
const apiOfInstallation = routesAbout("installation", "id");

/**
 * Every URL of Baton and its rules: who may use it, what it answers with, how large a body may be, and how the audit
 * log words it. `web` registers and guards its handlers with this table, and `views` link through it; nothing else
 * writes a path.
 */
export const routes = {
  livez: route("/livez", { get: open(text) }),
  healthz: route("/healthz", { get: open(json) }),
  metrics: route("/metrics", { get: text }),

  home: route("/", { get: page }),
  signIn: route("/sign-in", { get: open(page), post: open(form("signed in")) }),
  signOut: route("/sign-out", { post: form("signed out") }),
  product: ofProduct("/products/:slug", { get: page }),
  /** GET asks "are you sure?", POST does it. */
  productStop: ofProduct("/products/:slug/stop", { get: page, post: form("stopped") }),
  productVariables: ofProduct("/products/:slug/variables", {
    get: page,
    post: form("changed variables of", largeBody),
  }),
  productDeployments: ofProduct("/products/:slug/deployments", { get: page }),
  productLogs: ofProduct("/products/:slug/logs", { get: page }),
  productDomains: ofProduct("/products/:slug/domains", { get: page, post: form("changed the domains of") }),
  productSettings: ofProduct("/products/:slug/settings", { get: page, post: form("changed the settings of") }),
  productServiceSettings: ofProduct("/products/:slug/settings/service", {
    post: form("changed health checks and limits of"),
  }),
  /** GET shows what would happen, POST does it: the same version, with fresh images and the current variables. */
  productRedeploy: ofProduct("/products/:slug/redeploy", { get: page, post: form("redeployed everything in") }),
  /** Deploys the tip of the branch, which is already in the repository. */
  productDeploy: ofProduct("/products/:slug/deploy", { post: form("deployed") }),
  /** Gives the live version the current variables and settings. */
  productApply: ofProduct("/products/:slug/apply", { post: form("applied changes to") }),
  /** GET asks for the product's name, POST deletes it. */
  productDelete: ofProduct("/products/:slug/delete", { get: page, post: form("deleted") }),
  /** The checklist from a bare server to HTTPS. */
  setUp: route("/set-up", { get: page }),
  setUpHide: route("/set-up/hide", { post: form("hid the set-up checklist") }),
  setUpStream: route("/set-up/stream", { get: fragments }),
  /** Baton's own documentation. */
  documents: route("/docs", { get: page }),
  document: route("/docs/:name", { get: page }),
  newProduct: route("/new", { get: page, post: form("created") }),
  /** Creates a product from the bundled app. */
  newSample: route("/new/sample", { post: form("deployed the sample app as") }),
  /** GET lists them, POST creates one. */
  environments: route("/environments", { get: page, post: form("created the environment") }),
  environmentRemove: route("/environments/:name/remove", { post: form("removed the environment") }),
  queue: route("/queue", { get: page }),
  activity: route("/activity", { get: page }),
  system: route("/system", { get: page }),
  deployments: route("/deployments", { get: page }),
  deployment: ofDeployment("/deployments/:id{[0-9]+}", { get: page }),
  /** GET shows what would happen, POST does it. */
  deploymentRedeploy: ofDeployment("/deployments/:id{[0-9]+}/redeploy", { get: page, post: form("redeployed") }),
  deploymentCancel: ofDeployment("/deployments/:id{[0-9]+}/cancel", { post: form("cancelled") }),
  /** Tries the version of a failed deployment again. */
  deploymentRetry: ofDeployment("/deployments/:id{[0-9]+}/retry", { post: form("retried") }),
  /** Marks a failure as seen. */
  deploymentDismiss: ofDeployment("/deployments/:id{[0-9]+}/dismiss", { post: form("dismissed the failure of") }),
  /** Streams that keep pages up to date. */
  homeStream: route("/stream", { get: fragments }),
  productStream: ofProduct("/products/:slug/stream", { get: fragments }),
  productLogsStream: ofProduct("/products/:slug/logs/stream", { get: fragments }),
  newProductStream: route("/new/stream", { get: fragments }),
  deploymentsStream: route("/deployments/stream", { get: fragments }),
  queueStream: route("/queue/stream", { get: fragments }),
  /** For pages that show nothing live except news from elsewhere. */
  newsStream: route("/news/stream", { get: fragments }),
  deploymentStream: ofDeployment("/deployments/:id{[0-9]+}/stream", { get: fragments }),
  asset: route("/assets/:file", { get: asset }),

  /** The page about a product's repository and its deliveries. */
  productWebhooks: ofProduct("/products/:slug/webhooks", { get: page }),
  productRepository: ofProduct("/products/:slug/webhooks/repository", { post: form("changed the repository of") }),
  productToken: ofProduct("/products/:slug/webhooks/token", { post: form("changed the repository's token of") }),
  productDeployKey: ofProduct("/products/:slug/webhooks/deploy-key", { post: form("changed the deploy key of") }),
  productHostKey: ofProduct("/products/:slug/webhooks/host-key", {
    post: form("forgot the host key of the repository of"),
  }),
  productWebhookSecret: ofProduct("/products/:slug/webhooks/secret", {
    post: form("generated a new webhook secret for"),
  }),
  productReports: ofProduct("/products/:slug/webhooks/reports", { post: form("changed GitHub reporting of") }),
  productCheck: ofProduct("/products/:slug/webhooks/check", { post: form("checked for new commits of") }),
  delivery: ofProduct("/products/:slug/webhooks/:id{[0-9]+}", { get: page }),
  deliveryAgain: ofProduct("/products/:slug/webhooks/:id{[0-9]+}/redeliver", {
    post: form("redelivered a webhook to"),
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
    refs: route("/git/:repository/info/refs", { get: git }),
    uploadPack: route("/git/:repository/git-upload-pack", { post: git }),
    receivePack: route("/git/:repository/git-receive-pack", { post: { ...git, action: "pushed to" } }),
  },

  api: {
    openapi: route("/api/openapi.json", { get: json }),
    activity: route("/api/activity", { get: json }),
    activityExport: route("/api/activity.jsonl", { get: text }),
    environments: route("/api/environments", { get: json, post: call("created the environment") }),
    environment: route("/api/environments/:id", { delete: call("removed the environment") }),
    productRedeploy: routesAbout("installation", "productDeploymentId")(
      "/api/environments/:environmentId/product-deployments/:productDeploymentId/redeploy",
      { post: call("redeployed everything in") },
    ),
    progress: route("/api/progress/:sessionId", { get: events }),
    products: route("/api/products", { get: json, post: call("created") }),
    product: apiOfProduct("/api/products/:product", {
      get: json,
      patch: call("changed the settings of"),
      delete: call("deleted"),
    }),
    productVariables: apiOfProduct("/api/products/:product/variables", {
      get: json,
      put: call("changed variables of", largeBody),
    }),
    productDeployments: apiOfProduct("/api/products/:product/deployments", { get: json }),
    source: apiOfProduct("/api/products/:product/source", { get: json, patch: call("changed the repository of") }),
    deployKey: apiOfProduct("/api/products/:product/deploy-key", {
      post: call("generated a deploy key for"),
      delete: call("removed the deploy key of"),
    }),
    webhookSecret: apiOfProduct("/api/products/:product/webhook-secret", {
      post: call("generated a new webhook secret for"),
    }),
    check: apiOfProduct("/api/products/:product/check", { post: call("checked for new commits of") }),
    deliveries: apiOfProduct("/api/products/:product/webhook-deliveries", { get: json }),
    delivery: apiOfProduct("/api/products/:product/webhook-deliveries/:id", { get: json }),
    deliveryAgain: apiOfProduct("/api/products/:product/webhook-deliveries/:id/redeliver", {
      post: call("redelivered a webhook to"),
    }),
    installations: route("/api/product-deployments", { get: json, post: call("installed") }),
    installation: apiOfInstallation("/api/product-deployments/:id", {
      get: json,
      patch: call("changed the settings of"),
      delete: call("uninstalled"),
    }),
    installationApply: apiOfInstallation("/api/product-deployments/:id/apply", { post: call("applied changes to") }),
    installationVariables: apiOfInstallation("/api/product-deployments/:id/variables", {
      get: json,
      put: call("changed variables of", largeBody),
    }),
    installationDomains: apiOfInstallation("/api/product-deployments/:id/domains", {
      put: call("changed the domains of"),
    }),
    installationSettings: apiOfInstallation("/api/product-deployments/:id/settings", {
      put: call("changed health checks and limits of"),
    }),
    installationDeploy: apiOfInstallation("/api/product-deployments/:id/deploy", { post: call("deployed") }),
    installationStop: apiOfInstallation("/api/product-deployments/:id/stop", { post: call("stopped") }),
    installationLogs: apiOfInstallation("/api/product-deployments/:id/logs", { get: text }),
    deployments: route("/api/deployments", { get: json }),
    deployment: ofDeployment("/api/deployments/:id", { get: json }),
    deploymentChanges: ofDeployment("/api/deployments/:id/changes", { get: json }),
    deploymentLog: ofDeployment("/api/deployments/:id/log", { get: text }),
    deploymentEvents: ofDeployment("/api/deployments/:id/events", { get: events }),
    deploymentRedeploy: ofDeployment("/api/deployments/:id/redeploy", { post: call("redeployed") }),
    deploymentCancel: ofDeployment("/api/deployments/:id/cancel", { post: call("cancelled") }),
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
