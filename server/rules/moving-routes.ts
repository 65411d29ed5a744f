import type { RouteSpec } from "../model/spec.ts";

/**
 * The routes between two versions: hosts are loaded before the traffic moves, and must not change what the running one
 * answers. So each of its hosts stays as it is, and only new ones come.
 */
export function routesWhileMoving(current: readonly RouteSpec[], next: readonly RouteSpec[]): readonly RouteSpec[] {
  const known = new Set(current.map(({ host }) => host));
  return [...current, ...next.filter(({ host }) => !known.has(host))];
}

/**
 * Services of the running version whose hosts the next one answers with another service: under these names, too, the next
 * version must be found until its own routes are loaded.
 */
export function standIns(current: readonly RouteSpec[], next: readonly RouteSpec[]): ReadonlyMap<string, string> {
  const own = new Set(next.map(({ service }) => service));
  const pairs = current.flatMap(({ host, service }): readonly (readonly [string, string])[] => {
    const successor = next.find((route) => route.host === host)?.service;
    return successor === undefined || own.has(service) ? [] : [[service, successor]];
  });
  return new Map(pairs);
}

/** What is left when a version was given up: without the hosts that only it would have had. */
export function routesWithout(
  current: readonly RouteSpec[],
  given: readonly RouteSpec[],
  kept: ReadonlySet<string>,
): readonly RouteSpec[] {
  const gone = new Set(given.map(({ host }) => host).filter((host) => !kept.has(host)));
  return current.filter(({ host }) => !gone.has(host));
}
