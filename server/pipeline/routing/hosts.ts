import type { DeploymentSpec, RouteSpec } from "../../model/deployment/spec.ts";
import { servicesOf } from "../../model/deployment/spec.ts";
import { faultInRoute } from "../../model/names/sound-route.ts";
import { ProxyRefused, ProxyUnavailable } from "../../ports/proxy.ts";
import type { LiveSpec } from "../../rules/rollout/stateful.ts";
import { routesAfterRollback, routesDuringCutOver, withAliases } from "../../rules/routing/cut-over-routes.ts";
import { withWaiting } from "../../rules/routing/waiting-routes.ts";
import type { DeploymentContext, PipelineContext } from "../context.ts";
import { DeploymentFailed, Suspended } from "../deployment-failed.ts";

const proxyPatienceMs = 30_000;
const takeBackTimeoutMs = 10_000;

/** What the proxy serves of this installation now. */
export async function routesNow(
  { store }: Pick<PipelineContext, "store">,
  { installation }: DeploymentContext,
): Promise<readonly RouteSpec[]> {
  return (await store.domains.list())
    .filter((domain) => domain.installation === installation.id)
    .map(({ installation: _, ...route }) => route)
    .filter((route) => faultInRoute(route) === null);
}

/**
 * Makes the hosts of this version known to the proxy, beside those of the running one. Where nothing new comes, nothing is
 * loaded.
 */
export async function announceHosts(
  world: PipelineContext,
  work: DeploymentContext,
  spec: DeploymentSpec,
  live: LiveSpec | null,
): Promise<void> {
  const next = withWaiting(spec.routes, servicesOf(spec));
  if (live === null) return setRoutes(world, work, next);
  const { routes, aliases } = withAliases(await routesNow(world, work), next);
  await prepareAliases(world, work, live, aliases);
  await setRoutes(world, work, routesDuringCutOver(routes, next));
}

/** Before any route leads there: the running version is found under the names that are lent to its services. */
async function prepareAliases(
  { proxy }: Pick<PipelineContext, "proxy">,
  { installation }: DeploymentContext,
  live: LiveSpec,
  lent: ReadonlyMap<string, string>,
): Promise<void> {
  if (lent.size === 0) return;
  const addresses = await proxy.addressesOf(installation.id, live.id);
  const named = [...lent].flatMap(([name, service]) => {
    const address = addresses.get(service);
    return address === undefined ? [] : [[name, address] as const];
  });
  await proxy.prepare(installation.id, live.id, new Map(named));
}

/** The version has proved itself: its hosts, and no others. */
export async function settleHosts(
  world: PipelineContext,
  work: DeploymentContext,
  spec: DeploymentSpec,
): Promise<void> {
  try {
    await setRoutes(world, work, withWaiting(spec.routes, servicesOf(spec)));
  } catch (error) {
    if (!(error instanceof DeploymentFailed)) throw error;
    work.journal.warn(`${error.message}; the next deployment will fix that`);
  }
}

/** The version is not to be: hosts that only it would have had are not served any more, and no names are lent. */
export async function withdrawHosts(
  world: PipelineContext,
  work: DeploymentContext,
  spec: DeploymentSpec,
  live: LiveSpec,
): Promise<void> {
  const custom = await world.store.domains.custom(work.installation.id);
  const now = await routesNow(world, work);
  const left = routesAfterRollback(now, spec.routes, [...live.spec.routes, ...custom]);
  const isSame = left.length === now.length && left.every(({ service }, index) => service === now[index]?.service);
  if (!isSame) await setRoutes(world, work, left);
}

async function setRoutes(world: PipelineContext, work: DeploymentContext, routes: readonly RouteSpec[]): Promise<void> {
  const { store } = world;
  const fault = routes.map(faultInRoute).find((message) => message !== null);
  if (fault) throw notTaken(fault, "Nothing was changed. Give it a different name or domain.");
  const before = await routesNow(world, work);
  const claimed = await store.domains.setFor(work.installation.id, routes);
  if (claimed !== "ok") {
    throw new DeploymentFailed({
      stage: "cut-over",
      message: `the address ${claimed.taken} belongs to another product`,
      hint: "Give one of the two a different name or domain.",
    });
  }
  try {
    await publish(world, work);
  } catch (error) {
    // A server that stops goes on from here at its next start.
    if (!(work.signal.reason instanceof Suspended)) await restoreRoutes(world, work, before);
    throw error;
  }
}

/** What the proxy did not take belongs to nobody again, or to whoever had it. */
async function restoreRoutes(
  world: PipelineContext,
  work: DeploymentContext,
  before: readonly RouteSpec[],
): Promise<void> {
  try {
    await world.store.domains.setFor(work.installation.id, before);
    // Whatever the proxy has of them; if it does not answer, it gets what the database has with whoever comes next.
    await world.publishRoutes(world.clock.timeout(takeBackTimeoutMs)).catch(() => {});
  } catch (error) {
    work.journal.warn(`Its addresses stay reserved for now: ${error instanceof Error ? error.message : error}`);
  }
}

async function publish(world: PipelineContext, work: DeploymentContext): Promise<void> {
  const { clock } = world;
  const deadlineMs = clock.monotonicMs() + proxyPatienceMs;
  for (;;) {
    try {
      const faults = await world.publishRoutes(work.signal);
      const mine = faults.find(({ installation }) => installation === work.installation.id);
      if (mine) throw new ProxyRefused(mine.message);
      return;
    } catch (error) {
      if (error instanceof ProxyUnavailable && clock.monotonicMs() < deadlineMs) {
        await clock.sleep(500, work.signal);
      } else if (error instanceof ProxyUnavailable || error instanceof ProxyRefused) {
        throw notTaken(error.message, "Caddy's log is in Baton's data folder, in caddy/.", error);
      } else {
        throw error;
      }
    }
  }
}

function notTaken(why: string, hint: string, cause?: unknown): DeploymentFailed {
  const message = `the proxy did not accept the addresses of this version: ${why}`;
  return new DeploymentFailed({ stage: "cut-over", message, hint }, { cause });
}
