import { specOf } from "../../model/deployment/deployment.ts";
import { type DeploymentSpec, type RouteSpec, servicesOf } from "../../model/deployment/spec.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import type { InstalledProduct } from "../../model/product.ts";
import { ProxyRefused } from "../../ports/proxy.ts";
import type { Store } from "../../ports/store/store.ts";
import { customDomainOf, faultInCustomDomain } from "../../rules/routing/custom-domain.ts";
import { hostsFor } from "../../rules/routing/urls.ts";
import { withWaiting } from "../../rules/routing/waiting-routes.ts";
import type { Uses } from "../adapters.ts";
import { whyAddressTaken } from "../products/addresses.ts";
import { type Refused, refused } from "../refused.ts";

type Adapters = Uses<"store" | "domain" | "publicHost" | "publishRoutes">;

interface Installed extends InstalledProduct {
  readonly live: DeploymentSpec | null;
}

/**
 * Replaces the custom hosts of a service. Users may type them in any form (see customDomainOf). If a version is live,
 * the hosts are served when this resolves, without a deployment; otherwise from the next deployment on. Rejects with
 * ProxyUnavailable if they are recorded but not served yet. They are recorded in one transaction before the proxy gets
 * them, because every start of the server publishes the recorded hosts and leaves out those that cannot be served.
 */
export async function setDomains(
  adapters: Adapters,
  id: InstallationId,
  service: string,
  typed: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly type: "set" } | Refused> {
  const { store } = adapters;
  const hosts = [...new Set(typed.map(customDomainOf))];
  const installed = await find(store, id);
  if (!installed) return refused("not_found", `there is no product deployment ${id}`);
  const refusal = refusedService(installed, service) ?? (await refusedHost(adapters, installed, hosts));
  if (refusal) return refusal;
  const before = await store.domains.hostsOf(id);
  const outcome = await store.domains.setCustom(id, service, hosts, servedBy(adapters.domain, installed));
  if (outcome === "busy") {
    return refused("conflict", "a deployment is running: cancel it first, or wait until it has finished");
  }
  if (outcome !== "ok") return justTaken(adapters, outcome.taken, id);
  if (!installed.live) return { type: "set" };
  const fault = await faultInPublishing(adapters, id, signal);
  if (fault === null) return { type: "set" };
  await store.domains.restore(id, before);
  return refused("conflict", `the proxy did not accept these domains: ${fault}`);
}

async function find(store: Store, id: InstallationId): Promise<Installed | null> {
  const installed = await store.installations.installedProduct(id);
  if (!installed) return null;
  const { liveDeploymentId } = installed.installation;
  const live = liveDeploymentId === null ? null : await store.deployments.get(liveDeploymentId);
  return { ...installed, live: live && specOf(live) };
}

/** The routes of the live version with these custom hosts; undefined when nothing is live. */
function servedBy(domain: string, installed: Installed) {
  const { live } = installed;
  return live
    ? (custom: readonly RouteSpec[]) => withWaiting(routesOf(domain, installed, custom), servicesOf(live))
    : undefined;
}

/** A service that the live version lacks cannot be served. If nothing is live, the next version decides. */
function refusedService({ live }: Installed, service: string): Refused | null {
  if (!live) return null;
  const web = servicesOf(live).flatMap(({ kind, name }) => (kind === "web" ? [name] : []));
  if (web.includes(service)) return null;
  const has = web.length > 0 ? `its web services are ${web.join(", ")}` : "it has none";
  return refused("invalid", `the live version has no web service "${service}": ${has}`);
}

async function refusedHost(
  adapters: Adapters,
  installed: Installed,
  hosts: readonly string[],
): Promise<Refused | null> {
  const { store, domain, publicHost } = adapters;
  const environments = await store.environments.list();
  const baseDomains = [domain, ...environments.flatMap((environment) => environment.domain ?? [])];
  const own = routesOf(domain, installed, []).map(({ host }) => host);
  for (const host of hosts) {
    const fault = faultInCustomDomain(host, { publicHost, baseDomains });
    if (fault) return refused("invalid", fault);
    if (own.includes(host)) return refused("conflict", `${host} is already an address of ${installed.product.slug}`);
    const taken = await whyAddressTaken(adapters, host, installed.installation.id);
    if (taken) return refused("conflict", taken);
  }
  return null;
}

function routesOf(
  domain: string,
  { product, environment, live }: Installed,
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

/** Why the proxy does not serve the installation's hosts as they are recorded; null if it does. */
async function faultInPublishing(
  { publishRoutes }: Adapters,
  id: InstallationId,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const faults = await publishRoutes(signal);
    return faults.find(({ installation }) => installation === id)?.message ?? null;
  } catch (error) {
    if (error instanceof ProxyRefused) return error.message;
    throw error;
  }
}

async function justTaken(adapters: Adapters, host: string, by: InstallationId): Promise<Refused> {
  const why = await whyAddressTaken(adapters, host, by);
  return refused("conflict", why ?? `the address ${host} was just taken: try again`);
}
