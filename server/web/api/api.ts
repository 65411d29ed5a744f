import { createRoute, z } from "@hono/zod-openapi";
import { routes } from "../../routes.ts";
import { createHealthCheck } from "../health/health.ts";
import type { Metrics } from "../health/metrics.ts";
import { createWebhookRoutes } from "../webhooks/webhooks.ts";
import { createActivityApi } from "./activity.ts";
import { createBackupsApi } from "./backups/backups.ts";
import { createDrillsApi } from "./backups/drills.ts";
import { createOwnBackupsApi } from "./backups/own-backups.ts";
import { createDeploymentsApi } from "./deployments/deployments.ts";
import { createMachinesApi } from "./machines/machines.ts";
import { createTokensApi } from "./people/tokens.ts";
import { createUsersApi } from "./people/users.ts";
import { createPresenter } from "./present.ts";
import { createEnvironmentsApi } from "./products/environments.ts";
import { createInstallationDeploymentsApi } from "./products/installation-deployments.ts";
import { createInstallationSettingsApi } from "./products/installation-settings.ts";
import { createInstallationsApi } from "./products/installations.ts";
import { createProductRedeployApi } from "./products/product-redeploy.ts";
import { createProductsApi } from "./products/products.ts";
import { createSourcesApi } from "./products/sources.ts";
import { createVariablesApi } from "./products/variables.ts";
import { type ApiNeeds, createApi, errorAnswers, json, text } from "./route-parts.ts";
import { healthSchema } from "./schemas/server.ts";

/** The API, and its description at /api/openapi.json, which is generated from the same schemas. */
export function createApiRoutes(needs: Omit<ApiNeeds, "present"> & { readonly metrics: Metrics }) {
  const all: ApiNeeds = { ...needs, present: createPresenter(needs) };
  const api = createApi();
  api.openAPIRegistry.registerComponent("securitySchemes", "token", {
    type: "http",
    scheme: "bearer",
    description: "A token, such as the one Baton printed the first time it started",
  });
  api.route("/", createServerApi(needs));
  api.route("/", createEnvironmentsApi(all));
  api.route("/", createProductsApi(all));
  api.route("/", createSourcesApi(all));
  api.route("/", createInstallationsApi(all));
  api.route("/", createInstallationSettingsApi(all));
  api.route("/", createVariablesApi(all));
  api.route("/", createInstallationDeploymentsApi(all));
  api.route("/", createProductRedeployApi(all));
  api.route("/", createDeploymentsApi(all));
  api.route("/", createBackupsApi(all));
  api.route("/", createDrillsApi(all));
  api.route("/", createOwnBackupsApi(all));
  api.route("/", createMachinesApi(all));
  api.route("/", createActivityApi(all));
  api.route("/", createTokensApi(all));
  api.route("/", createUsersApi(all));
  api.route("/", createWebhookRoutes(all));
  api.openapi(
    createRoute({
      ...needs.endpoints.api(routes.api.openapi.get),
      tags: ["Server"],
      summary: "This description",
      responses: { 200: json("OpenAPI 3.1", z.any()), 401: errorAnswers[401] },
    }),
    (c) => c.json(describe(), 200),
  );
  return api;

  function describe() {
    return api.getOpenAPI31Document({
      openapi: "3.1.0",
      info: {
        title: "Baton",
        version: needs.version,
        description:
          "A self-hosted deploy server. Lists are returned as `{items, next?}`, errors as `{error: {code, message}}`.",
      },
      servers: [{ url: needs.publicUrl.origin }],
    });
  }
}

/** Endpoints about the server itself: whether it is up, whether it can work, and what it is doing. */
function createServerApi(needs: Omit<ApiNeeds, "present"> & { readonly metrics: Metrics }) {
  const { endpoints, metrics } = needs;
  const checkHealth = createHealthCheck(needs);
  const api = createApi();

  api.openapi(
    createRoute({
      ...endpoints.api(routes.livez.get),
      tags: ["Server"],
      summary: "The process is up",
      responses: { 200: text("ok") },
    }),
    (c) => c.text("ok\n"),
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.healthz.get),
      tags: ["Server"],
      summary: "Database, Docker and Caddy can be reached",
      responses: {
        200: json("All are reachable", healthSchema),
        503: json("At least one is not reachable", healthSchema),
      },
    }),
    async (c) => {
      const health = await checkHealth();
      return c.json(health, health.status === "ok" ? 200 : 503);
    },
  );

  api.openapi(
    createRoute({
      ...endpoints.api(routes.metrics.get),
      tags: ["Server"],
      summary: "Prometheus metrics",
      responses: { 200: text("In the Prometheus text format"), ...errorAnswers },
    }),
    async (c) => c.body(await metrics.render(), 200, { "Content-Type": metrics.contentType }),
  );

  return api;
}
