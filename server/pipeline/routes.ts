import type { InstallationId } from "../model/ids.ts";
import type { RouteSpec } from "../model/spec.ts";
import type { InstallationRoutes } from "../ports/proxy.ts";
import type { Store } from "../ports/store.ts";

/** The hosts of every installation, as the proxy wants them: all or nothing. */
export async function allRoutes(store: Pick<Store, "domains">): Promise<readonly InstallationRoutes[]> {
  const byInstallation = new Map<InstallationId, RouteSpec[]>();
  for (const { installation, host, service } of await store.domains.list()) {
    byInstallation.set(installation, [...(byInstallation.get(installation) ?? []), { host, service }]);
  }
  return [...byInstallation].map(([installation, routes]) => ({ installation, routes }));
}
