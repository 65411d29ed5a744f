import { OpenAPIHono } from "@hono/zod-openapi";
import type { Hono } from "hono";
import { isGitPath } from "../routes.ts";
import { createDoor } from "./access/door.ts";
import { createHostCheck } from "./access/host-check.ts";
import { createOrigins } from "./access/origins.ts";
import type { WebAdapters } from "./adapters.ts";
import { createApiRoutes } from "./api/api.ts";
import { createGitHttp } from "./git/git-http.ts";
import { createMetrics } from "./health/metrics.ts";
import { createAssetRoutes } from "./http/assets/asset-routes.ts";
import { createAudit } from "./http/audit.ts";
import { createEndpoints, requireDeclarations } from "./http/endpoints.ts";
import { createErrorAnswers } from "./http/errors.ts";
import { createSecurityHeaders } from "./http/headers.ts";
import { createMethodCheck } from "./http/method-check.ts";
import type { WebEnv } from "./http/web-context.ts";
import { createMachineJoin } from "./machines/join.ts";
import { createBackupPages } from "./pages/backups/all.ts";
import { createDeploymentPages } from "./pages/deployment/deployment.ts";
import { createDeploymentsPages } from "./pages/deployment/deployments.ts";
import { createRedeployPages } from "./pages/deployment/redeploy.ts";
import { type PageNeeds, problemPage } from "./pages/page.ts";
import { createPeoplePages } from "./pages/people/people.ts";
import { createTokensPages } from "./pages/people/tokens.ts";
import { createPersonPages } from "./pages/person-pages.ts";
import { createProductPages } from "./pages/product/product.ts";
import { createProductDeploymentsPages } from "./pages/product/product-deployments.ts";
import { createProductDomainsPages } from "./pages/product/product-domains.ts";
import { createProductLogsPages } from "./pages/product/product-logs.ts";
import { createDeliveryPages } from "./pages/repository/deliveries.ts";
import { createNewProductPages } from "./pages/repository/new-product.ts";
import { createRepositoryPages } from "./pages/repository/repository.ts";
import { createEnvironmentVariablesPages } from "./pages/settings/environment-variables.ts";
import { createEnvironmentsPages } from "./pages/settings/environments.ts";
import { createProductDeletionPages } from "./pages/settings/product-deletion.ts";
import { createProductSettingsPages } from "./pages/settings/product-settings.ts";
import { createProductVariablesPages } from "./pages/settings/product-variables.ts";
import { createActivityPages } from "./pages/system/activity-log.ts";
import { createDocumentPages } from "./pages/system/documents.ts";
import { createHomePages } from "./pages/system/home.ts";
import { createClusterPages, createMachinePages } from "./pages/system/machines.ts";
import { createNewsStream } from "./pages/system/news.ts";
import { createQueuePages } from "./pages/system/queue.ts";
import { createSetUpPages } from "./pages/system/set-up.ts";
import { createSystemPages } from "./pages/system/system.ts";
import { createProductBoard } from "./read/board/product-board.ts";
import { createCatalog } from "./read/catalog.ts";
import { createHostStates } from "./read/host-states.ts";
import { createKeptReads } from "./read/kept-reads.ts";
import { createContainerNews } from "./read/running/container-news.ts";
import { createSigningIn } from "./sign-in/person-sign-in.ts";
import { createEventStreams } from "./streams/event-stream.ts";

/** Everything that Baton answers over HTTP: first the rules for every request, then the handlers. */
export function createWeb(given: WebAdapters): Hono<WebEnv> {
  const outside = { ...given, store: createKeptReads(given.store, { nowMs: given.clock.monotonicMs }) };
  const origins = createOrigins(outside);
  const metrics = createMetrics(outside);
  const catalog = createCatalog(outside.store);
  const door = createDoor({ ...outside, catalog }, origins);
  const audit = createAudit({ ...outside, catalog }, origins);
  const needs = {
    ...outside,
    ...door,
    metrics,
    catalog,
    ...createProductNews(given),
    audit,
    ...createSigningIn({ ...outside, ...door, audit }, origins),
    endpoints: createEndpoints({ ...door, audit }),
    streams: createEventStreams(outside),
    hostStates: createHostStates(given),
  };
  const errors = createErrorAnswers(outside, problemPage(needs));
  const app = new OpenAPIHono<WebEnv>();

  app.onError(errors.onError);
  app.notFound(errors.onNotFound);
  app.use(metrics.timer);
  app.use(createSecurityHeaders(origins));
  app.use(createHostCheck(origins, outside.publicUrl));
  app.use(createMethodCheck(app, errors.answer));

  app.route("/", createApiRoutes(needs));
  for (const { app: pages } of pagesOf(needs, outside)) app.route("/", pages);
  app.route("/", createGitHttp(needs));

  requireDeclarations(app.routes, isGitPath);
  return app;
}

function pagesOf(needs: PageNeeds, { assets }: WebAdapters) {
  return [
    createAssetRoutes(assets, needs.endpoints),
    ...createPersonPages(needs),
    createHomePages(needs),
    createProductPages(needs),
    createRepositoryPages(needs),
    createDeliveryPages(needs),
    createProductDeploymentsPages(needs),
    createProductLogsPages(needs),
    createProductVariablesPages(needs),
    createProductDomainsPages(needs),
    ...createBackupPages(needs),
    createProductSettingsPages(needs),
    createProductDeletionPages(needs),
    createDeploymentsPages(needs),
    createRedeployPages(needs),
    createDeploymentPages(needs),
    createNewProductPages(needs),
    createQueuePages(needs),
    createActivityPages(needs),
    createTokensPages(needs),
    createPeoplePages(needs),
    createSystemPages(needs),
    createEnvironmentsPages(needs),
    createClusterPages(needs),
    createMachinePages(needs),
    createMachineJoin(needs),
    createEnvironmentVariablesPages(needs),
    createSetUpPages(needs),
    createDocumentPages(needs),
    createNewsStream(needs),
  ];
}

function createProductNews(outside: WebAdapters) {
  const containerNews = createContainerNews(outside);
  return { containerNews, board: createProductBoard({ ...outside, containerNews }) };
}
