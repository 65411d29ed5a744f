import { type HostAddress, hostAddress } from "../../server/model/names/host-address.ts";
import type { DeploymentId, InstallationId } from "../../server/model/names/ids.ts";
import type { InstallationRoutes } from "../../server/ports/proxy.ts";

export const installation = (id: number) => id as InstallationId;
export const deployment = (id: number) => id as DeploymentId;

/** Routes to one web service for each host, as in `routesFor(7, "hello.localhost")`. */
export function routesFor(id: number, ...hosts: readonly string[]): InstallationRoutes {
  return { installation: installation(id), routes: hosts.map((host) => ({ host, service: "web" })) };
}

/** The address of a test app. */
export const local = (port: number) => hostAddress("127.0.0.1", port);

export const webOn = (port: number): ReadonlyMap<string, HostAddress> => new Map([["web", local(port)]]);
