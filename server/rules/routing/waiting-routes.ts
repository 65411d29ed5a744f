import type { RouteSpec, ServiceSpec } from "../../model/deployment/spec.ts";
import { isStateful } from "../rollout/stateful.ts";

/** Says of each route whether requests wait while its service is replaced: of those that cannot run twice. */
export function withWaiting(routes: readonly RouteSpec[], services: readonly ServiceSpec[]): readonly RouteSpec[] {
  const waiting = new Set(services.flatMap((service) => (isStateful(service) ? [service.name] : [])));
  return routes.map(({ host, service }) => ({ host, service, waits: waiting.has(service) }));
}
