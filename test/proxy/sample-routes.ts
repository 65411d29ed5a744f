import type { DeploymentId, InstallationId } from "../../server/model/ids.ts";
import type { InstallationRoutes } from "../../server/ports/proxy.ts";

export const installation = (id: number) => id as InstallationId;
export const deployment = (id: number) => id as DeploymentId;

/** One web service behind each host: `routesFor(7, "hello.localhost")`. */
export function routesFor(id: number, ...hosts: readonly string[]): InstallationRoutes {
  return { installation: installation(id), routes: hosts.map((host) => ({ host, service: "web" })) };
}

export const webOn = (port: number): ReadonlyMap<string, number> => new Map([["web", port]]);
