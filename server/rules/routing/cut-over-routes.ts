import type { RouteSpec } from "../../model/deployment/spec.ts";

/**
 * The routes while traffic moves between two versions. Hosts are loaded before the traffic moves, and must not change
 * which service of the running version answers. So each of its hosts stays as it is, and only new ones are added.
 */
export function routesDuringCutOver(current: readonly RouteSpec[], next: readonly RouteSpec[]): readonly RouteSpec[] {
  const known = new Set(current.map(({ host }) => host));
  return [...current, ...next.filter(({ host }) => !known.has(host))];
}

/** Routes, some of which lead to a service by an alias. */
export interface AliasedRoutes {
  readonly routes: readonly RouteSpec[];
  /** The service of the running version that each alias stands for. */
  readonly aliases: ReadonlyMap<string, string>;
}

/**
 * The proxy looks a host's service up by name in the version that serves. If the next version gives a host to another
 * service but also has a service with the former one's name, that name would be ambiguous. Such a host gets an alias
 * before the traffic moves: in the running version the alias means the current service, and in the next version its
 * successor.
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
 * Services and aliases of the running version whose hosts another service answers in the next version. The proxy must
 * find the next version under these names, too, until its own routes are loaded.
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
 * The routes after a rollback: without hosts that only the new version would have had, and with each other host on the
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
