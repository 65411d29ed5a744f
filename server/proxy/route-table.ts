import { isHostName } from "../model/host-name.ts";
import type { InstallationId } from "../model/ids.ts";
import type { InstallationRoutes } from "../ports/proxy.ts";

// What stands in a configuration is expanded by Caddy ("{env.HOME}"), and a service is the name of a file:
// both are admitted by pattern, never escaped.
const servicePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;

/** Starts with a letter or digit, so that it can be neither `..` nor one of the hidden files beside it. */
export function isServiceName(text: string): boolean {
  return servicePattern.test(text);
}

/** Caddy would read a brace as a placeholder and a backslash as its escape, in the middle of a path. */
export function isPlainPath(path: string): boolean {
  return path.startsWith("/") && !/[{}\\|\p{Cc}]/u.test(path);
}

/** The first thing wrong with these routes, as one sentence; null when all is well. */
export function faultIn(installations: readonly InstallationRoutes[]): string | null {
  const owners = new Map<string, number>();
  for (const { installation, routes } of installations) {
    for (const { host, service } of routes) {
      if (!isHostName(host)) return `${JSON.stringify(host)} is not a host name.`;
      if (!isServiceName(service)) return `${JSON.stringify(service)} is not a service name.`;
      const owner = owners.get(host);
      if (owner !== undefined) return `The host ${host} is routed twice (installations ${owner} and ${installation}).`;
      owners.set(host, installation);
    }
  }
  return null;
}

/** One entry per installation, by number; its routes by service, then host. Installations without routes are left out. */
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

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
