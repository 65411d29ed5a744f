import { specOf } from "../../model/deployment/deployment.ts";
import { type DeploymentSpec, type RouteSpec, servicesOf } from "../../model/deployment/spec.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import type { Environment, Installation, Product } from "../../model/product.ts";
import { ProxyRefused, type RouteFault } from "../../ports/proxy.ts";
import type { Store } from "../../ports/store/store.ts";
import { customDomainOf, faultInCustomDomain } from "../../rules/routing/custom-domain.ts";
import { hostsFor } from "../../rules/routing/urls.ts";
import { withWaiting } from "../../rules/routing/waiting-routes.ts";
import { type Refused, refused } from "../refused.ts";
import type { Addresses } from "./addresses.ts";

/** Hosts that users give to services, beside those that Baton makes of their names. */
export interface Hosting {
  /**
   * Makes these the hosts of a service, and no others; each may be written as people do (see customDomainOf). While a version is live they are served when this resolves, without
   * a deployment; else with the next one. Rejects with ProxyUnavailable when they are on record, but not served yet.
   */
  setDomains(
    id: InstallationId,
    service: string,
    typed: readonly string[],
    signal: AbortSignal,
  ): Promise<{ readonly type: "set" } | Refused>;
}

interface Place {
  readonly installation: Installation;
  readonly product: Product;
  readonly environment: Environment;
  readonly live: DeploymentSpec | null;
}

export function createHosting(needs: {
  readonly store: Store;
  readonly addresses: Addresses;
  /** The server's base domain. */
  readonly domain: string;
  /** Where Baton itself answers. */
  readonly publicHost: string;
  /** Makes the proxy know the hosts that the database has. */
  readonly publishRoutes: (signal: AbortSignal) => Promise<readonly RouteFault[]>;
}): Hosting {
  const { store, addresses, domain, publicHost, publishRoutes } = needs;

  return {
    async setDomains(id, service, typed, signal) {
      const hosts = [...new Set(typed.map(customDomainOf))];
      const place = await find(id);
      if (!place) return refused("not_found", `there is no product deployment ${id}`);
      const refusal = refusedService(place, service) ?? (await refusedHost(place, hosts));
      if (refusal) return refusal;
      const [servedBefore, customBefore] = [await servedNow(id), await customNow(id, service)];
      const outcome = await store.domains.setCustom(id, service, hosts);
      if (outcome === "busy") {
        return refused("conflict", "a deployment is running: cancel it first, or wait until it has finished");
      }
      if (outcome !== "ok") return refused("conflict", await takenSentence(outcome.taken, id));
      if (!place.live) return { type: "set" };
      const routes = routesOf(place, place.live, await store.domains.custom(id));
      const served = await store.domains.setFor(id, withWaiting(routes, servicesOf(place.live)));
      if (served !== "ok") return refused("conflict", await takenSentence(served.taken, id));
      const fault = await faultInPublishing(id, signal);
      if (fault === null) return { type: "set" };
      await store.domains.setCustom(id, service, customBefore);
      await store.domains.setFor(id, servedBefore);
      return refused("conflict", `the proxy did not accept these domains: ${fault}`);
    },
  };

  async function servedNow(id: InstallationId): Promise<readonly RouteSpec[]> {
    return (await store.domains.list()).filter(({ installation }) => installation === id);
  }

  async function customNow(id: InstallationId, service: string): Promise<readonly string[]> {
    return (await store.domains.custom(id)).filter((route) => route.service === service).map(({ host }) => host);
  }

  /** Why the proxy does not serve what the database now has of this installation; null: it does. */
  async function faultInPublishing(id: InstallationId, signal: AbortSignal): Promise<string | null> {
    try {
      const faults = await publishRoutes(signal);
      return faults.find(({ installation }) => installation === id)?.message ?? null;
    } catch (error) {
      if (error instanceof ProxyRefused) return error.message;
      throw error;
    }
  }

  async function find(id: InstallationId): Promise<Place | null> {
    const installation = await store.installations.get(id);
    const product = installation && (await store.products.get(installation.productId));
    const environment = installation && (await store.environments.get(installation.environmentId));
    if (!installation || !product || !environment) return null;
    const { liveDeploymentId } = installation;
    const live = liveDeploymentId === null ? null : await store.deployments.get(liveDeploymentId);
    return { installation, product, environment, live: live && specOf(live) };
  }

  async function refusedHost(place: Place, hosts: readonly string[]): Promise<Refused | null> {
    const environments = await store.environments.list();
    const baseDomains = [domain, ...environments.flatMap((environment) => environment.domain ?? [])];
    const own = routesOf(place, place.live, []).map(({ host }) => host);
    for (const host of hosts) {
      const fault = faultInCustomDomain(host, { publicHost, baseDomains });
      if (fault) return refused("invalid", fault);
      if (own.includes(host)) return refused("conflict", `${host} is already an address of ${place.product.slug}`);
      const taken = await addresses.takenBy(host, place.installation.id);
      if (taken) return refused("conflict", taken);
    }
    return null;
  }

  function routesOf(
    { product, environment }: Place,
    live: DeploymentSpec | null,
    custom: readonly RouteSpec[],
  ): readonly RouteSpec[] {
    return hostsFor({
      product: product.slug,
      environment: environment.name,
      domain: environment.domain ?? domain,
      services: live ? servicesOf(live) : [],
      custom,
    });
  }

  async function takenSentence(host: string, by: InstallationId): Promise<string> {
    return (await addresses.takenBy(host, by)) ?? `the address ${host} was just taken: try again`;
  }
}

/** What the live version does not have cannot be served; where nothing is live, the next version decides. */
function refusedService({ live }: Place, service: string): Refused | null {
  if (!live) return null;
  const web = servicesOf(live).flatMap(({ kind, name }) => (kind === "web" ? [name] : []));
  if (web.includes(service)) return null;
  const has = web.length > 0 ? `its web services are ${web.join(", ")}` : "it has none";
  return refused("invalid", `the live version has no web service "${service}": ${has}`);
}
