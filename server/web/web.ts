import { OpenAPIHono } from "@hono/zod-openapi";
import type { Hono } from "hono";
import { createApiRoutes } from "./api/api.ts";
import { createAssetRoutes } from "./asset-routes.ts";
import { createAudit } from "./audit.ts";
import { createAuth, requireAudiences } from "./auth.ts";
import { createBodyLimit } from "./body-limit.ts";
import { createCatalog } from "./catalog.ts";
import { acceptEmptyBody } from "./empty-body.ts";
import { createErrorAnswers } from "./errors.ts";
import { createEventStreams } from "./event-stream.ts";
import { createSecurityHeaders } from "./headers.ts";
import { createHostCheck } from "./host-check.ts";
import { createHostStates } from "./host-states.ts";
import { createMethodCheck } from "./method-check.ts";
import { createMetrics } from "./metrics.ts";
import type { WebEnv, WebNeeds } from "./needs.ts";
import { createOrigins } from "./origins.ts";
import { createActivityPages } from "./pages/activity-log.ts";
import { createDeploymentPages } from "./pages/deployment.ts";
import { createDeploymentsPages } from "./pages/deployments.ts";
import { createDocumentPages } from "./pages/documents.ts";
import { createEnvironmentsPages } from "./pages/environments.ts";
import { createHomePages } from "./pages/home.ts";
import { createNewProductPages } from "./pages/new-product.ts";
import { createNewsStream } from "./pages/news.ts";
import { problemPage } from "./pages/page.ts";
import { createProductPages } from "./pages/product.ts";
import { createProductDeploymentsPages } from "./pages/product-deployments.ts";
import { createProductDomainsPages } from "./pages/product-domains.ts";
import { createProductLogsPages } from "./pages/product-logs.ts";
import { createProductSettingsPages } from "./pages/product-settings.ts";
import { createProductVariablesPages } from "./pages/product-variables.ts";
import { createQueuePages } from "./pages/queue.ts";
import { createRedeployPages } from "./pages/redeploy.ts";
import { createSetUpPages } from "./pages/set-up.ts";
import { createSignInPages } from "./pages/sign-in.ts";
import { createSystemPages } from "./pages/system.ts";
import { createWebhookPages } from "./pages/webhooks.ts";

/** Everything that Baton answers over HTTP: what holds for every request, then who answers which. */
export function createWeb(outside: WebNeeds): Hono<WebEnv> {
  const origins = createOrigins(outside);
  const metrics = createMetrics(outside);
  const auth = createAuth(outside, origins);
  const catalog = createCatalog(outside.store);
  const audit = createAudit({ ...outside, catalog }, origins);
  const needs = {
    ...outside,
    auth,
    metrics,
    catalog,
    audit,
    streams: createEventStreams(outside),
    hostStates: createHostStates(outside),
  };
  const errors = createErrorAnswers(outside, problemPage(needs));
  const app = new OpenAPIHono<WebEnv>();

  app.onError(errors.onError);
  app.notFound(errors.onNotFound);
  app.use(metrics.timer);
  app.use(createSecurityHeaders(origins));
  app.use(createHostCheck(origins, outside.publicUrl));
  app.use(createMethodCheck(app, errors.answer));
  app.use(createBodyLimit());
  app.use("/api/*", acceptEmptyBody);
  app.use(audit.recorder);

  app.route("/", createAssetRoutes(outside.assets, auth));
  app.route("/", createApiRoutes(needs));
  app.route("/", createSignInPages(needs));
  app.route("/", createHomePages(needs));
  app.route("/", createProductPages(needs));
  app.route("/", createWebhookPages(needs));
  app.route("/", createProductDeploymentsPages(needs));
  app.route("/", createProductLogsPages(needs));
  app.route("/", createProductVariablesPages(needs));
  app.route("/", createProductDomainsPages(needs));
  app.route("/", createProductSettingsPages(needs));
  app.route("/", createDeploymentsPages(needs));
  app.route("/", createRedeployPages(needs));
  app.route("/", createDeploymentPages(needs));
  app.route("/", createNewProductPages(needs));
  app.route("/", createQueuePages(needs));
  app.route("/", createActivityPages(needs));
  app.route("/", createSystemPages(needs));
  app.route("/", createEnvironmentsPages(needs));
  app.route("/", createSetUpPages(needs));
  app.route("/", createDocumentPages(needs));
  app.route("/", createNewsStream(needs));
  app.route("/git", outside.gitHttp);

  requireAudiences(app.routes, (path) => path.startsWith("/git/"));
  return app;
}
