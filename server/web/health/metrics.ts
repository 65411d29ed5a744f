import { routePath } from "hono/route";
import { Gauge, Histogram, Registry } from "prom-client";
import type { WebAdapters } from "../adapters.ts";
import type { WebContext, WebMiddleware } from "../http/web-context.ts";

export interface Metrics {
  readonly timer: WebMiddleware;
  readonly contentType: string;
  render(): Promise<string>;
}

export function createMetrics({ store, clock }: Pick<WebAdapters, "store" | "clock">): Metrics {
  const registry = new Registry();
  const durations = new Histogram({
    name: "baton_http_request_duration_seconds",
    help: "Time until the response headers were ready",
    labelNames: ["method", "route", "status"] as const,
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  const deployments = new Gauge({
    name: "baton_deployments",
    help: "Unfinished deployments, by status",
    labelNames: ["status"] as const,
    registers: [registry],
  });
  const queueLength = new Gauge({
    name: "baton_queue_length",
    help: "Deployments waiting in the queue",
    registers: [registry],
  });
  const building = new Gauge({ name: "baton_builds_running", help: "Builds running now", registers: [registry] });

  return {
    contentType: registry.contentType,
    timer: async (c, next) => {
      const startMs = clock.monotonicMs();
      await next();
      const labels = { method: knownMethod(c.req.method), route: routeOf(c), status: String(c.res.status) };
      durations.observe(labels, (clock.monotonicMs() - startMs) / 1000);
    },
    async render() {
      const { queued, running } = await store.deployments.queue();
      const builds = running.filter((deployment) => deployment.status === "building").length;
      queueLength.set(queued.length);
      building.set(builds);
      deployments.set({ status: "queued" }, queued.length);
      deployments.set({ status: "building" }, builds);
      deployments.set({ status: "deploying" }, running.length - builds);
      return registry.metrics();
    },
  };
}

/** Clients may send any word as a method, and each label value would create its own time series. */
function knownMethod(method: string): string {
  return ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].includes(method) ? method : "other";
}

/** The route's pattern, never the path. */
function routeOf(c: WebContext): string {
  const pattern = routePath(c, -1);
  return pattern === "/*" || pattern === "*" ? "none" : pattern;
}
