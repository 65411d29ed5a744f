import type { InstallationId } from "../../model/names/ids.ts";
import { faultInRoute } from "../../model/names/sound-route.ts";
import type { InstallationRoutes, RouteFault } from "../../ports/proxy.ts";

/** Caddy would read a brace in a path as a placeholder, and a backslash as its escape. */
export function isPlainPath(path: string): boolean {
  return path.startsWith("/") && !/[{}\\|\p{Cc}]/u.test(path);
}

/**
 * Separates the installations that can be served from those that cannot, because a route is invalid or an earlier
 * installation has the same host. Names the first such route of each installation.
 */
export function sortOut(installations: readonly InstallationRoutes[]): {
  readonly sound: readonly InstallationRoutes[];
  readonly faults: readonly RouteFault[];
} {
  const owners = new Map<string, InstallationId>();
  const faults = new Map<InstallationId, RouteFault>();
  const sound = installations.map(({ installation, routes }) => ({
    installation,
    routes: routes.filter((route) => {
      const message = faultInRoute(route) ?? faultInOwner(route.host, installation, owners);
      if (message === null) owners.set(route.host, installation);
      else if (!faults.has(installation)) faults.set(installation, { installation, message });
      return message === null;
    }),
  }));
  return { sound, faults: [...faults.values()] };
}

function faultInOwner(host: string, by: InstallationId, owners: ReadonlyMap<string, InstallationId>): string | null {
  const owner = owners.get(host);
  return owner === undefined || owner === by ? null : `the host ${host} already belongs to installation ${owner}`;
}

/**
 * One entry per installation, ordered by number, with its routes ordered by service and host. Installations without
 * routes are left out.
 */
export function inOrder(installations: readonly InstallationRoutes[]): readonly InstallationRoutes[] {
  const byId = new Map<InstallationId, InstallationRoutes["routes"]>();
  for (const { installation, routes } of installations) {
    byId.set(installation, [...(byId.get(installation) ?? []), ...routes]);
  }
  return [...byId]
    .filter(([, routes]) => routes.length > 0)
    .sort(([a], [b]) => a - b)
    .map(([installation, routes]) => ({
      installation,
      routes: routes
        .map(({ host, service, waits = false }) => ({ host, service, waits }))
        .sort((a, b) => compare(a.service, b.service) || compare(a.host, b.host)),
    }));
}

export function hostsOf(installations: readonly InstallationRoutes[]): readonly string[] {
  return installations.flatMap(({ routes }) => routes.map((route) => route.host));
}

export function servicesOf({ routes }: InstallationRoutes): readonly string[] {
  return [...new Set(routes.map((route) => route.service))];
}

/**
 * Separates the services whose requests wait while they are replaced. Each of them needs a route of its own in Caddy's
 * configuration, where the address is read again for each try; all others are found by a link.
 */
export function splitByWaiting(installations: readonly InstallationRoutes[]): {
  readonly waiting: readonly InstallationRoutes[];
  readonly linked: readonly InstallationRoutes[];
} {
  const waits = new Set(
    installations.flatMap(({ installation, routes }) =>
      routes.filter((route) => route.waits === true).map(({ service }) => `${installation}/${service}`),
    ),
  );
  const those = (wanted: boolean) =>
    installations.map(({ installation, routes }) => ({
      installation,
      routes: routes.filter(({ service }) => waits.has(`${installation}/${service}`) === wanted),
    }));
  return { waiting: inOrder(those(true)), linked: inOrder(those(false)) };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
