import type { RouteSpec, ServiceSpec } from "../../model/deployment/spec.ts";
import { isStateful } from "../rollout/stateful.ts";

/** Marks the routes whose requests wait while their service is replaced, because it cannot run twice. */
export function withWaiting(routes: readonly RouteSpec[], services: readonly ServiceSpec[]): readonly RouteSpec[] {
  const waiting = new Set(services.flatMap((service) => (isStateful(service) ? [service.name] : [])));
  return routes.map(({ host, service }) => ({ host, service, waits: waiting.has(service) }));
}
