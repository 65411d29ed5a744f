import type { RouteSpec } from "../../model/deployment/spec.ts";

/**
 * The routes between two versions: hosts are loaded before the traffic moves, and must not change what the running one
 * answers. So each of its hosts stays as it is, and only new ones come.
 */
export function routesDuringCutOver(current: readonly RouteSpec[], next: readonly RouteSpec[]): readonly RouteSpec[] {
  const known = new Set(current.map(({ host }) => host));
  return [...current, ...next.filter(({ host }) => !known.has(host))];
}

/** Routes, some of which lead to a service under a name that is lent to it. */
export interface AliasedRoutes {
  readonly routes: readonly RouteSpec[];
  /** The service of the running version that each lent name means. */
  readonly aliases: ReadonlyMap<string, string>;
}

/**
 * A host is answered by whoever the version that serves has under one name. Where the next version gives a host to
 * another service, and has one of the former's name as well, that name would mean both. So before the traffic moves
 * such a host gets a name of its own: the running version has its service under it, and the next one the successor.
 */
export function withAliases(current: readonly RouteSpec[], next: readonly RouteSpec[]): AliasedRoutes {
  const taken = new Set([...current, ...next].map(({ service }) => service));
  const names = new Map<string, string>();
  const aliases = new Map<string, string>();
  const routes = current.map((route) => {
    const successor = next.find(({ host }) => host === route.host)?.service;
    const isClear = successor === undefined || successor === route.service;
    if (isClear || !next.some(({ service }) => service === route.service)) return route;
    const move = `${route.service} ${successor}`;
    const name = names.get(move) ?? freeName(taken);
    taken.add(name);
    names.set(move, name);
    aliases.set(name, route.service);
    return { ...route, service: name };
  });
  return { routes, aliases };
}

function freeName(taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) if (!taken.has(`moving.${number}`)) return `moving.${number}`;
}

/**
 * Services of the running version, and names that are lent to them, whose hosts the next one answers with another service:
 * under these names, too, the next version must be found until its own routes are loaded.
 */
export function successorNames(current: readonly RouteSpec[], next: readonly RouteSpec[]): ReadonlyMap<string, string> {
  const own = new Set(next.map(({ service }) => service));
  const pairs = current.flatMap(({ host, service }): readonly (readonly [string, string])[] => {
    const successor = next.find((route) => route.host === host)?.service;
    return successor === undefined || own.has(service) ? [] : [[service, successor]];
  });
  return new Map(pairs);
}

/**
 * What is left when a version was given up: without the hosts that only it would have had, and each of the others with the
 * service that the running version has for it.
 */
export function routesAfterRollback(
  current: readonly RouteSpec[],
  given: readonly RouteSpec[],
  kept: readonly RouteSpec[],
): readonly RouteSpec[] {
  const services = new Map(kept.map(({ host, service }) => [host, service]));
  const gone = new Set(given.map(({ host }) => host).filter((host) => !services.has(host)));
  return current
    .filter(({ host }) => !gone.has(host))
    .map((route) => ({ ...route, service: services.get(route.host) ?? route.service }));
}
