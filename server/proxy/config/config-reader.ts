import type { InstallationId } from "../../model/names/ids.ts";
import type { InstallationRoutes } from "../../ports/proxy.ts";
import { inOrder } from "../switch/route-table.ts";

// Data from Caddy or a file is unknown until it is checked, because somebody may have edited it by hand.

/** The addresses that a configuration listens on, including the admin socket, in a fixed order. */
export function listenersOf(config: unknown): readonly string[] {
  const servers = Object.values(objectAt(config, "apps", "http", "servers") ?? {});
  const admin = objectAt(config, "admin") ?? { listen: null };
  const addresses = [...servers.flatMap((server) => arrayAt(server, "listen")), admin.listen];
  return addresses.filter((address) => typeof address === "string").sort();
}

/**
 * Reads the routes back from a configuration that `renderConfig` made. With the links, the file on disk is their only
 * record, and Caddy starts with the right hosts before the database can be asked.
 */
export function routesOf(config: unknown): readonly InstallationRoutes[] {
  const found = arrayAt(objectAt(config, "apps", "http", "servers", "front"), "routes").flatMap((route) => {
    const [, installation, service] = /^(\d+)\/(.+)$/.exec(String(objectAt(route)?.["@id"])) ?? [];
    if (installation === undefined || service === undefined) return [];
    const hosts = arrayAt(arrayAt(route, "match")[0], "host").filter((host) => typeof host === "string");
    const waits = objectAt(arrayAt(route, "handle")[0], "load_balancing") !== null;
    const routes = hosts.map((host) => ({ host, service, waits }));
    return [{ installation: Number(installation) as InstallationId, routes }];
  });
  return inOrder(found);
}

function objectAt(value: unknown, ...path: readonly string[]): Readonly<Record<string, unknown>> | null {
  let at = value;
  for (const key of path) at = isObject(at) ? at[key] : null;
  return isObject(at) ? at : null;
}

function arrayAt(value: unknown, key: string): readonly unknown[] {
  const found = isObject(value) ? value[key] : null;
  return Array.isArray(found) ? found : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
