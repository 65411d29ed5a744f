import { OpenAPIHono } from "@hono/zod-openapi";
import type { Hono } from "hono";
import { createAuth, requireAudiences } from "./access/auth.ts";
import { createHostCheck } from "./access/host-check.ts";
import { createOrigins } from "./access/origins.ts";
import { createApiRoutes } from "./api/api.ts";
import { createMetrics } from "./health/metrics.ts";
import { createAssetRoutes } from "./http/asset-routes.ts";
import { createAudit } from "./http/audit.ts";
import { createBodyLimit } from "./http/body-limit.ts";
import { acceptEmptyBody } from "./http/empty-body.ts";
import { createErrorAnswers } from "./http/errors.ts";
import { createSecurityHeaders } from "./http/headers.ts";
import { createMethodCheck } from "./http/method-check.ts";
import type { WebEnv, WebNeeds } from "./needs.ts";
import { createDeploymentPages } from "./pages/deployment/deployment.ts";
import { createDeploymentsPages } from "./pages/deployment/deployments.ts";
import { createRedeployPages } from "./pages/deployment/redeploy.ts";
import { problemPage } from "./pages/page.ts";
import { createProductPages } from "./pages/product/product.ts";
import { createProductDeploymentsPages } from "./pages/product/product-deployments.ts";
import { createProductDomainsPages } from "./pages/product/product-domains.ts";
import { createProductLogsPages } from "./pages/product/product-logs.ts";
import { createNewProductPages } from "./pages/repository/new-product.ts";
import { createWebhookPages } from "./pages/repository/repository.ts";
import { createEnvironmentsPages } from "./pages/settings/environments.ts";
import { createProductSettingsPages } from "./pages/settings/product-settings.ts";
import { createProductVariablesPages } from "./pages/settings/product-variables.ts";
import { createActivityPages } from "./pages/system/activity-log.ts";
import { createDocumentPages } from "./pages/system/documents.ts";
import { createHomePages } from "./pages/system/home.ts";
import { createNewsStream } from "./pages/system/news.ts";
import { createQueuePages } from "./pages/system/queue.ts";
import { createSetUpPages } from "./pages/system/set-up.ts";
import { createSignInPages } from "./pages/system/sign-in.ts";
import { createSystemPages } from "./pages/system/system.ts";
import { createCatalog } from "./read/catalog.ts";
import { createHostStates } from "./read/host-states.ts";
import { createEventStreams } from "./streams/event-stream.ts";

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
