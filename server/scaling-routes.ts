import { call, form, routesAbout } from "./route.ts";

const ofProduct = routesAbout("product", "slug");
const apiOfInstallation = routesAbout("installation", "id");

/** How services run. They are part of the table in routes.ts. */
export const scalingRoutes = {
  productScaling: ofProduct("/products/:slug/settings/scale", {
    post: form("settings", "scaled a service of"),
  }),
} as const;

export const scalingCalls = {
  installationSettings: apiOfInstallation("/api/product-deployments/:id/settings", {
    put: call("settings", "changed health checks and limits of"),
  }),
  installationScale: apiOfInstallation("/api/product-deployments/:id/scale", {
    put: call("settings", "scaled a service of"),
  }),
} as const;
