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
  deployments: () => "/deployments",
  deployment: (id: number | string) => `/deployments/${id}`,
  /** GET shows what would happen, POST does it. */
  deploymentRedeploy: (id: number | string) => `/deployments/${id}/redeploy`,
  deploymentCancel: (id: number | string) => `/deployments/${id}/cancel`,
  /** Server-sent events for the pages; the same stream as the API's, as HTML fragments. */
  homeStream: () => "/stream",
  productStream: (slug: string) => `/products/${slug}/stream`,
  deploymentStream: (id: number | string) => `/deployments/${id}/stream`,
  asset: (file: string) => `/assets/${file}`,

  git: (slug: string) => `/git/${slug}.git`,

  api: {
    openapi: () => "/api/openapi.json",
    environments: () => "/api/environments",
    productRedeploy: (environment: number | string, installation: number | string) =>
      `/api/environments/${environment}/product-deployments/${installation}/redeploy`,
    progress: (session: string) => `/api/progress/${session}`,
    products: () => "/api/products",
    product: (slug: string) => `/api/products/${slug}`,
    productVariables: (slug: string) => `/api/products/${slug}/variables`,
    productDeployments: (slug: string) => `/api/products/${slug}/deployments`,
    installations: () => "/api/product-deployments",
    installation: (id: number | string) => `/api/product-deployments/${id}`,
    installationVariables: (id: number | string) => `/api/product-deployments/${id}/variables`,
    installationDomains: (id: number | string) => `/api/product-deployments/${id}/domains`,
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
