import type { RouteSpec } from "../../model/deployment/spec.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import type { Log } from "../../ports/log.ts";
import type { InstallationRoutes, Proxy as ReverseProxy, RouteFault } from "../../ports/proxy.ts";
import type { Store } from "../../ports/store/store.ts";
import { installationName } from "../../rules/wording/installation-name.ts";

/** Loads the hosts in the database into the proxy. Resolves and rejects as Proxy.setRoutes does. */
export type PublishRoutes = (signal: AbortSignal) => Promise<readonly RouteFault[]>;

/** An installation with a host in the database that the proxy cannot serve. */
export interface Unserved extends RouteFault {
  /** "shop", or "shop in staging". */
  readonly name: string;
}

export interface RoutePublisher {
  readonly publish: PublishRoutes;
  /** The result of the last publishing. */
  readonly unserved: () => readonly Unserved[];
}

interface RouteStore {
  readonly domains: Pick<Store["domains"], "list">;
  readonly installations: Pick<Store["installations"], "installedProduct">;
}

/**
 * The proxy gets all hosts at once, so reading and setting them is one step. Otherwise the second of two deployments
 * could set what it had read before the first one's host was added.
 */
export function createRoutePublisher(needs: {
  readonly store: RouteStore;
  readonly proxy: Pick<ReverseProxy, "setRoutes">;
  readonly log: Log;
}): RoutePublisher {
  const { store, proxy, log } = needs;
  let last: Promise<unknown> = Promise.resolve();
  let unserved: readonly Unserved[] = [];

  /** A lasting fault is logged once. */
  async function remember(faults: readonly RouteFault[]): Promise<void> {
    const before = new Set(unserved.map(({ installation, message }) => `${installation} ${message}`));
    unserved = await Promise.all(
      faults.map(async (fault) => {
        const installed = await store.installations.installedProduct(fault.installation).catch(() => null);
        return { ...fault, name: installed ? installationName(installed) : `installation ${fault.installation}` };
      }),
    );
    for (const { installation, name, message } of unserved) {
      if (!before.has(`${installation} ${message}`))
        log.warn({ installation }, `an address of ${name} cannot be served: ${message}`);
    }
  }

  return {
    publish(signal) {
      const mine = last.then(async () => {
        signal.throwIfAborted();
        const faults = await proxy.setRoutes(await allRoutes(store), signal);
        await remember(faults);
        return faults;
      });
      last = mine.catch(() => {});
      return mine;
    },
    unserved: () => unserved,
  };
}

async function allRoutes(store: RouteStore): Promise<readonly InstallationRoutes[]> {
  const byInstallation = new Map<InstallationId, RouteSpec[]>();
  for (const { installation, ...route } of await store.domains.list()) {
    byInstallation.set(installation, [...(byInstallation.get(installation) ?? []), route]);
  }
  return [...byInstallation].map(([installation, routes]) => ({ installation, routes }));
}
