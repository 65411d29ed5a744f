/** Every URL of Baton, in one place. Imports nothing; `web` registers them and `views` link to them. */
export const routes = {
  livez: () => "/livez",
  healthz: () => "/healthz",
  metrics: () => "/metrics",

  home: () => "/",
  signIn: () => "/sign-in",
  signOut: () => "/sign-out",
  product: (slug: string) => `/products/${slug}`,
  /** GET asks "are you sure?", POST does it. */
  productStop: (slug: string) => `/products/${slug}/stop`,
  productVariables: (slug: string) => `/products/${slug}/variables`,
  productDeployments: (slug: string) => `/products/${slug}/deployments`,
  productLogs: (slug: string) => `/products/${slug}/logs`,
  productDomains: (slug: string) => `/products/${slug}/domains`,
  productSettings: (slug: string) => `/products/${slug}/settings`,
  productServiceSettings: (slug: string) => `/products/${slug}/settings/service`,
  /** GET shows what would happen, POST does it: the same version, with fresh images and today's variables. */
  productRedeploy: (slug: string) => `/products/${slug}/redeploy`,
  /** POST only: the tip of the branch, which is in the repository already. */
  productDeploy: (slug: string) => `/products/${slug}/deploy`,
  /** POST only: the live version with today's variables and settings. */
  productApply: (slug: string) => `/products/${slug}/apply`,
  /** GET asks for the product's name, POST deletes it. */
  productDelete: (slug: string) => `/products/${slug}/delete`,
  /** The checklist from a bare server to HTTPS. */
  setUp: () => "/set-up",
  setUpHide: () => "/set-up/hide",
  setUpStream: () => "/set-up/stream",
  /** What is written about Baton. */
  documents: () => "/docs",
  document: (name: string) => `/docs/${name}`,
  newProduct: () => "/new",
  /** POST makes a product of the bundled app. */
  newSample: () => "/new/sample",
  /** GET lists them, POST makes one. */
  environments: () => "/environments",
  environmentRemove: (name: string) => `/environments/${name}/remove`,
  queue: () => "/queue",
  activity: () => "/activity",
  system: () => "/system",
  deployments: () => "/deployments",
  deployment: (id: number | string) => `/deployments/${id}`,
  /** GET shows what would happen, POST does it. */
  deploymentRedeploy: (id: number | string) => `/deployments/${id}/redeploy`,
  deploymentCancel: (id: number | string) => `/deployments/${id}/cancel`,
  /** Tries the version of a failed deployment once more. */
  deploymentRetry: (id: number | string) => `/deployments/${id}/retry`,
  /** A failure that nobody needs to look at any more. */
  deploymentDismiss: (id: number | string) => `/deployments/${id}/dismiss`,
  /** Server-sent events for the pages; the same stream as the API's, as HTML fragments. */
  homeStream: () => "/stream",
  productStream: (slug: string) => `/products/${slug}/stream`,
  productLogsStream: (slug: string) => `/products/${slug}/logs/stream`,
  newProductStream: () => "/new/stream",
  deploymentsStream: () => "/deployments/stream",
  queueStream: () => "/queue/stream",
  /** For pages that show nothing live but what happens elsewhere. */
  newsStream: () => "/news/stream",
  deploymentStream: (id: number | string) => `/deployments/${id}/stream`,
  asset: (file: string) => `/assets/${file}`,

  /** The page about a product's repository, and the ledger of what was delivered. */
  productWebhooks: (slug: string) => `/products/${slug}/webhooks`,
  productRepository: (slug: string) => `/products/${slug}/webhooks/repository`,
  productToken: (slug: string) => `/products/${slug}/webhooks/token`,
  productDeployKey: (slug: string) => `/products/${slug}/webhooks/deploy-key`,
  productHostKey: (slug: string) => `/products/${slug}/webhooks/host-key`,
  productWebhookSecret: (slug: string) => `/products/${slug}/webhooks/secret`,
  productReports: (slug: string) => `/products/${slug}/webhooks/reports`,
  productCheck: (slug: string) => `/products/${slug}/webhooks/check`,
  delivery: (slug: string, id: number | string) => `/products/${slug}/webhooks/${id}`,
  deliveryAgain: (slug: string, id: number | string) => `/products/${slug}/webhooks/${id}/redeliver`,

  /** What a forge is given to deliver to. */
  webhook: (forge: string, slug: string) => `/webhooks/${forge}/${slug}`,

  git: (slug: string) => `/git/${slug}.git`,

  api: {
    openapi: () => "/api/openapi.json",
    activity: () => "/api/activity",
    activityExport: () => "/api/activity.jsonl",
    environments: () => "/api/environments",
    environment: (id: number | string) => `/api/environments/${id}`,
    productRedeploy: (environment: number | string, installation: number | string) =>
      `/api/environments/${environment}/product-deployments/${installation}/redeploy`,
    progress: (session: string) => `/api/progress/${session}`,
    products: () => "/api/products",
    product: (slug: string) => `/api/products/${slug}`,
    productVariables: (slug: string) => `/api/products/${slug}/variables`,
    productDeployments: (slug: string) => `/api/products/${slug}/deployments`,
    source: (slug: string) => `/api/products/${slug}/source`,
    deployKey: (slug: string) => `/api/products/${slug}/deploy-key`,
    webhookSecret: (slug: string) => `/api/products/${slug}/webhook-secret`,
    check: (slug: string) => `/api/products/${slug}/check`,
    deliveries: (slug: string) => `/api/products/${slug}/webhook-deliveries`,
    delivery: (slug: string, id: number | string) => `/api/products/${slug}/webhook-deliveries/${id}`,
    deliveryAgain: (slug: string, id: number | string) => `/api/products/${slug}/webhook-deliveries/${id}/redeliver`,
    installations: () => "/api/product-deployments",
    installation: (id: number | string) => `/api/product-deployments/${id}`,
    installationApply: (id: number | string) => `/api/product-deployments/${id}/apply`,
    installationVariables: (id: number | string) => `/api/product-deployments/${id}/variables`,
    installationDomains: (id: number | string) => `/api/product-deployments/${id}/domains`,
    installationSettings: (id: number | string) => `/api/product-deployments/${id}/settings`,
    installationDeploy: (id: number | string) => `/api/product-deployments/${id}/deploy`,
    installationStop: (id: number | string) => `/api/product-deployments/${id}/stop`,
    installationLogs: (id: number | string) => `/api/product-deployments/${id}/logs`,
    deployments: () => "/api/deployments",
    deployment: (id: number | string) => `/api/deployments/${id}`,
    deploymentChanges: (id: number | string) => `/api/deployments/${id}/changes`,
    deploymentLog: (id: number | string) => `/api/deployments/${id}/log`,
    deploymentEvents: (id: number | string) => `/api/deployments/${id}/events`,
    deploymentRedeploy: (id: number | string) => `/api/deployments/${id}/redeploy`,
    deploymentCancel: (id: number | string) => `/api/deployments/${id}/cancel`,
  },
} as const;
