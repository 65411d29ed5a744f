import type { DeploymentSpec, RouteSpec } from "../model/spec.ts";
import { servicesOf } from "../model/spec.ts";
import { ProxyRefused, ProxyUnavailable } from "../ports/proxy.ts";
import { routesWhileMoving, routesWithout } from "../rules/moving-routes.ts";
import type { LiveVersion } from "../rules/stateful.ts";
import { withWaiting } from "../rules/waiting-routes.ts";
import { DeploymentFailed } from "./deployment-failed.ts";
import type { Work, World } from "./work.ts";

const proxyPatienceMs = 30_000;

/** What the proxy serves of this installation now. */
export async function routesNow(
  { store }: Pick<World, "store">,
  { installation }: Work,
): Promise<readonly RouteSpec[]> {
  return (await store.domains.list())
    .filter((domain) => domain.installation === installation.id)
    .map(({ installation: _, ...route }) => route);
}

/**
 * Makes the hosts of this version known to the proxy, beside those of the running one. Where nothing new comes, nothing is
 * loaded.
 */
export async function announceHosts(
  world: World,
  work: Work,
  spec: DeploymentSpec,
  live: LiveVersion | null,
): Promise<void> {
  const next = withWaiting(spec.routes, servicesOf(spec));
  await setRoutes(world, work, live === null ? next : routesWhileMoving(await routesNow(world, work), next));
}

/** The version has proved itself: its hosts, and no others. */
export async function settleHosts(world: World, work: Work, spec: DeploymentSpec): Promise<void> {
  try {
    await setRoutes(world, work, withWaiting(spec.routes, servicesOf(spec)));
  } catch (error) {
    if (!(error instanceof DeploymentFailed)) throw error;
    work.journal.warn(`${error.message}; the next deployment puts that right`);
  }
}

/** The version is not to be: hosts that only it would have had are not served any more. */
export async function withdrawHosts(world: World, work: Work, spec: DeploymentSpec, live: LiveVersion): Promise<void> {
  const custom = await world.store.domains.custom(work.installation.id);
  const kept = new Set([...live.spec.routes, ...custom].map(({ host }) => host));
  const now = await routesNow(world, work);
  const left = routesWithout(now, spec.routes, kept);
  if (left.length < now.length) await setRoutes(world, work, left);
}

async function setRoutes(world: World, work: Work, routes: readonly RouteSpec[]): Promise<void> {
  const { store, clock } = world;
  const claimed = await store.domains.setFor(work.installation.id, routes);
  if (claimed !== "ok") {
    throw new DeploymentFailed({
      stage: "cut-over",
      message: `the address ${claimed.taken} belongs to another product`,
      hint: "Give one of the two another name or domain.",
    });
  }
  const deadlineMs = clock.monotonicMs() + proxyPatienceMs;
  for (;;) {
    try {
      return await world.publishRoutes(work.signal);
    } catch (error) {
      if (error instanceof ProxyUnavailable && clock.monotonicMs() < deadlineMs) {
        await clock.sleep(500, work.signal);
      } else if (error instanceof ProxyUnavailable || error instanceof ProxyRefused) {
        throw new DeploymentFailed(
          {
            stage: "cut-over",
            message: `the proxy did not take the addresses of this version: ${error.message}`,
            hint: "The previous version goes on serving. Its log is in Baton's data folder, in caddy/.",
          },
          { cause: error },
        );
      } else {
        throw error;
      }
    }
  }
}
