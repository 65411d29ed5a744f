import type { DeploymentSpec, RouteSpec } from "../../model/deployment/spec.ts";
import { servicesOf } from "../../model/deployment/spec.ts";
import { faultInRoute } from "../../model/names/sound-route.ts";
import { ProxyRefused, ProxyUnavailable } from "../../ports/proxy.ts";
import type { LiveSpec } from "../../rules/rollout/stateful.ts";
import { routesAfterRollback, routesDuringCutOver, withAliases } from "../../rules/routing/cut-over-routes.ts";
import { addressesOf } from "../../rules/routing/slots.ts";
import { withWaiting } from "../../rules/routing/waiting-routes.ts";
import type { DeploymentContext } from "../context/context.ts";
import { DeploymentFailed, Suspended } from "../deployment-failed.ts";

const proxyPatienceMs = 30_000;
const restoreTimeoutMs = 10_000;

/** The routes that the proxy has for this installation now. */
export async function routesNow(context: DeploymentContext): Promise<readonly RouteSpec[]> {
  return soundOnes(await storedRoutes(context));
}

async function storedRoutes({ store, installation }: DeploymentContext): Promise<readonly RouteSpec[]> {
  return (await store.domains.list([installation.id])).map(({ installation: _, ...route }) => route);
}

function soundOnes(routes: readonly RouteSpec[]): readonly RouteSpec[] {
  return routes.filter((route) => faultInRoute(route) === null);
}

/**
 * Loads the hosts of this version into the proxy, in addition to those of the running one. Loads nothing when none is
 * new.
 */
export async function announceHosts(
  context: DeploymentContext,
  spec: DeploymentSpec,
  live: LiveSpec | null,
): Promise<void> {
  const next = withWaiting(spec.routes, servicesOf(spec));
  const stored = await storedRoutes(context);
  if (live === null) return setRoutes(context, next, stored);
  const { routes, aliases } = withAliases(soundOnes(stored), next);
  await prepareAliases(context, live, aliases);
  await setRoutes(context, routesDuringCutOver(routes, next), stored);
}

/** Makes the running version known under its aliases, before any route leads to them. */
async function prepareAliases(
  { proxy, installation }: DeploymentContext,
  live: LiveSpec,
  aliases: ReadonlyMap<string, string>,
): Promise<void> {
  if (aliases.size === 0) return;
  const addresses = await proxy.upstreamsOf(installation.id, live.id);
  const named = [...aliases].flatMap(([alias, service]) => {
    const address = addresses.get(service);
    return address === undefined ? [] : [[alias, address] as const];
  });
  await proxy.prepare(installation.id, live.id, new Map(named));
}

/** Once the version has passed its watch window, gives the installation its hosts and no others. */
export async function settleHosts(context: DeploymentContext, spec: DeploymentSpec): Promise<void> {
  try {
    await setRoutes(context, withWaiting(spec.routes, servicesOf(spec)), await storedRoutes(context));
  } catch (error) {
    if (!(error instanceof DeploymentFailed)) throw error;
    context.journal.warn(`${error.message}; the next deployment will fix that`);
  }
}

/** Lets requests to every service of the running version wait while it has no address, not only to those that cannot run twice. */
export async function letRequestsWait(context: DeploymentContext): Promise<void> {
  const now = await routesNow(context);
  await leadToOne(context);
  await setRoutes(
    context,
    now.map((route) => ({ ...route, waits: true })),
    await storedRoutes(context),
  );
}

/** A route that waits has one address. */
async function leadToOne({ proxy, installation }: DeploymentContext): Promise<void> {
  const live = installation.liveDeploymentId;
  if (live === null) return;
  const upstreams = [...(await proxy.upstreamsOf(installation.id, live))].filter(([, one]) => typeof one !== "string");
  const firsts = upstreams.flatMap(([service, upstream]) => {
    const [first] = addressesOf(upstream);
    return first === undefined ? [] : [[service, first] as const];
  });
  if (firsts.length > 0) await proxy.prepare(installation.id, live, new Map(firsts));
}

/** Undoes `letRequestsWait`. */
export async function letRequestsThrough(context: DeploymentContext, live: LiveSpec): Promise<void> {
  const routes = withWaiting(await routesNow(context), servicesOf(live.spec));
  await setRoutes(context, routes, await storedRoutes(context));
}

/** After a rollback, stops serving hosts that only the new version would have had, and removes the aliases. */
export async function withdrawHosts(context: DeploymentContext, spec: DeploymentSpec, live: LiveSpec): Promise<void> {
  const custom = await context.store.domains.custom(context.installation.id);
  const stored = await storedRoutes(context);
  const now = soundOnes(stored);
  const left = routesAfterRollback(now, spec.routes, [...live.spec.routes, ...custom]);
  const isSame = left.length === now.length && left.every(({ service }, index) => service === now[index]?.service);
  if (!isSame) await setRoutes(context, left, stored);
}

/** `before` are the routes that the database has for this installation; nobody else changes them meanwhile. */
async function setRoutes(
  context: DeploymentContext,
  routes: readonly RouteSpec[],
  before: readonly RouteSpec[],
): Promise<void> {
  const { store, installation, signal } = context;
  const fault = routes.map(faultInRoute).find((message) => message !== null);
  if (fault) throw notAccepted(fault, "Nothing was changed. Give it a different name or domain.");
  const claimed = sameRoutes(routes, before) ? "ok" : await store.domains.setFor(installation.id, routes);
  if (claimed !== "ok") {
    throw new DeploymentFailed({
      stage: "cut-over",
      message: `the address ${claimed.taken} belongs to another product`,
      hint: "Give one of the two a different name or domain.",
    });
  }
  try {
    await publish(context);
  } catch (error) {
    // A server that stops continues from here at its next start.
    if (!(signal.reason instanceof Suspended)) await restoreRoutes(context, before);
    throw error;
  }
}

/** A host that is served twice in a list is stored once. */
function sameRoutes(one: readonly RouteSpec[], other: readonly RouteSpec[]): boolean {
  const texts = (routes: readonly RouteSpec[]) =>
    routes.map(({ host, service, waits = false }) => `${host} ${service} ${waits}`).sort();
  return texts(one).join("\n") === texts(other).join("\n");
}

/** Returns hosts that the proxy did not accept to their former owners, or to none. */
async function restoreRoutes(context: DeploymentContext, before: readonly RouteSpec[]): Promise<void> {
  const { store, clock, journal, installation, publishRoutes } = context;
  try {
    await store.domains.setFor(installation.id, before);
    // A proxy that does not answer gets the database's routes at the next publishing.
    await publishRoutes(clock.timeout(restoreTimeoutMs)).catch(() => {});
  } catch (error) {
    journal.warn(`Its addresses stay reserved for now: ${error instanceof Error ? error.message : error}`);
  }
}

async function publish({ clock, installation, publishRoutes, signal }: DeploymentContext): Promise<void> {
  const deadlineMs = clock.monotonicMs() + proxyPatienceMs;
  for (;;) {
    try {
      const faults = await publishRoutes(signal);
      const own = faults.find((fault) => fault.installation === installation.id);
      if (own) throw new ProxyRefused(own.message);
      return;
    } catch (error) {
      if (error instanceof ProxyUnavailable && clock.monotonicMs() < deadlineMs) {
        await clock.sleep(500, signal);
      } else if (error instanceof ProxyUnavailable || error instanceof ProxyRefused) {
        throw notAccepted(error.message, "Caddy's log is in Baton's data folder, in caddy/.", error);
      } else {
        throw error;
      }
    }
  }
}

function notAccepted(why: string, hint: string, cause?: unknown): DeploymentFailed {
  const message = `the proxy did not accept the addresses of this version: ${why}`;
  return new DeploymentFailed({ stage: "cut-over", message, hint }, { cause });
}
