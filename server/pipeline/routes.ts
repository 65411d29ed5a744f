import type { InstallationId } from "../model/ids.ts";
import type { RouteSpec } from "../model/spec.ts";
import type { InstallationRoutes, Proxy as ReverseProxy } from "../ports/proxy.ts";
import type { Store } from "../ports/store.ts";

/** Makes the proxy know the hosts that the database has. Rejects as Proxy.setRoutes does. */
export type PublishRoutes = (signal: AbortSignal) => Promise<void>;

interface RouteStore {
  readonly domains: Pick<Store["domains"], "list">;
}

/**
 * The proxy takes all hosts or nothing, so reading them and setting them is one step: of two deployments at once the
 * second must not set what it read before the first one's host came.
 */
export function createRoutePublisher(needs: {
  readonly store: RouteStore;
  readonly proxy: Pick<ReverseProxy, "setRoutes">;
}): PublishRoutes {
  let last: Promise<void> = Promise.resolve();
  return (signal) => {
    const mine = last.then(async () => {
      signal.throwIfAborted();
      await needs.proxy.setRoutes(await allRoutes(needs.store), signal);
    });
    last = mine.catch(() => {});
    return mine;
  };
}

async function allRoutes(store: RouteStore): Promise<readonly InstallationRoutes[]> {
  const byInstallation = new Map<InstallationId, RouteSpec[]>();
  for (const { installation, ...route } of await store.domains.list()) {
    byInstallation.set(installation, [...(byInstallation.get(installation) ?? []), route]);
  }
  return [...byInstallation].map(([installation, routes]) => ({ installation, routes }));
}
