import type { Deploying, Served } from "../model/deployment/deployment.ts";
import { servicesOf } from "../model/deployment/spec.ts";
import { ProxyUnavailable, type Upstream } from "../ports/proxy.ts";
import { isSticky } from "../rules/rollout/replicas.ts";
import { successorNames } from "../rules/routing/cut-over-routes.ts";
import { upstreamOf } from "../rules/routing/slots.ts";
import { servedText } from "../rules/wording/served-text.ts";
import { networkName } from "./containers/container-request.ts";
import { namesOf } from "./containers/run-container.ts";
import type { RunningService } from "./containers/running-service.ts";
import type { DeploymentContext } from "./context/context.ts";
import { DeploymentFailed } from "./deployment-failed.ts";
import { liveBefore } from "./record/live-before.ts";
import { moveTo } from "./record/move-to.ts";
import { routesNow } from "./routing/hosts.ts";

const proofTimeoutMs = 5_000;

/**
 * Switches the traffic. The decision is recorded already (step `cut-over`), so this is repeated after any crash until
 * it succeeds. It is idempotent.
 */
export async function cutOver(
  context: DeploymentContext,
  deployment: Deploying,
  services: readonly RunningService[],
): Promise<Deploying> {
  const { proxy, clock, journal, progress, installation, failpoint, urlOf } = context;
  const { routes } = deployment.spec;
  journal.stage("cut-over", "Switching traffic");
  progress.enterAll("Cut-over");
  await connectKept(context, services);

  const upstreams = await upstreamsIn(context, deployment, services);
  let switchedAt = clock.now();
  if (upstreams.size > 0) {
    await proxy.prepare(installation.id, deployment.id, upstreams);
    await failpoint("before-switch");
    const { tookMs, at } = await proxy.switchTo(installation.id, deployment.id);
    switchedAt = at;
    await failpoint("after-switch");
    journal.event({ type: "cut-over", urls: routes.map(({ host }) => urlOf(host)), tookMs });
    await prove(context, deployment);
  } else {
    if ((await proxy.current(installation.id)) !== null) await proxy.switchTo(installation.id, "stopped");
    journal.event({ type: "cut-over", urls: [], tookMs: 0 });
  }
  const replacedId = installation.liveDeploymentId;
  // An earlier attempt may have switched, and a crash since then counts. A change of the clock must not reach further.
  const at = new Date(Math.min(clock.now().getTime(), Math.max(deployment.startedAt.getTime(), switchedAt.getTime())));
  return moveTo(context, deployment, { type: "switched", at, replacedId });
}

/** Where the requests to the version's web services go, by the names under which the proxy looks for them. */
async function upstreamsIn(
  context: DeploymentContext,
  { spec }: Deploying,
  services: readonly RunningService[],
): Promise<ReadonlyMap<string, Upstream>> {
  const { store, installation } = context;
  const [routes, scalings] = [await routesNow(context), await store.installations.scalings(installation.id)];
  const waiting = new Set(routes.flatMap(({ service, waits }) => (waits ? [service] : [])));
  const upstreams = new Map<string, Upstream>();
  for (const service of servicesOf(spec)) {
    const own = services.filter(({ spec: { name, kind } }) => name === service.name && kind === "web");
    const addresses = own.map(({ hostAddress }) => hostAddress);
    const upstream = upstreamOf(addresses, {
      isSticky: isSticky(service, scalings),
      // Once the version has passed its watch, the route waits no more, and the reconciler spreads the requests.
      isSingle: waiting.has(service.name),
    });
    if (upstream !== null) upstreams.set(service.name, upstream);
  }
  // Until only this version's routes are loaded, the proxy also looks for it under the previous version's names.
  for (const [name, successor] of successorNames(routes, spec.routes)) {
    const upstream = upstreams.get(successor);
    if (upstream !== undefined) upstreams.set(name, upstream);
  }
  return upstreams;
}

/** Connects containers that were kept to the new version's network, under their names. */
async function connectKept(context: DeploymentContext, services: readonly RunningService[]): Promise<void> {
  const { engine, instance, deployment, signal } = context;
  const network = networkName(instance, deployment.id);
  for (const { kept, container, spec } of services) {
    if (kept) await engine.connect(container, network, namesOf(spec), signal);
  }
}

/**
 * Switches the traffic back to the previous version, or to the page that says that nothing is deployed. Resolves with
 * how long users saw this version; null when it did not have the traffic, or when the start is unknown.
 */
export async function switchBack(context: DeploymentContext, liveAt: Date | null): Promise<Served | null> {
  const { proxy, store, clock, journal, deployment, installation } = context;
  if ((await proxy.current(installation.id)) !== deployment.id) return null;
  const before = await liveBefore(context);
  await proxy.switchTo(installation.id, before?.id ?? "stopped");
  const ms = liveAt === null ? null : Math.max(0, clock.now().getTime() - liveAt.getTime());
  const backTo = before === null ? null : ((await store.deployments.get(before.id))?.number ?? null);
  const served = ms === null ? null : { ms, backTo };
  if (served) journal.note(servedText(deployment.number, served));
  else journal.note(backTo === null ? "The address returns 503 again" : `Traffic is back on #${backTo}`);
  return served;
}

/** Asks the proxy for every host which deployment answers. */
async function prove({ proxy, clock, signal }: DeploymentContext, deployment: Deploying): Promise<void> {
  const deadlineMs = clock.monotonicMs() + proofTimeoutMs;
  for (const { host } of deployment.spec.routes) {
    for (;;) {
      const answered = await proxy.prove(host, signal).catch((error: unknown) => {
        if (error instanceof ProxyUnavailable) return null;
        throw error;
      });
      if (answered === deployment.id) break;
      if (clock.monotonicMs() > deadlineMs) {
        throw new DeploymentFailed({
          stage: "cut-over",
          message: `${host} is served by ${answered === null ? "nothing" : `deployment id ${answered}`} after the switch`,
          hint: "The proxy does not do what its configuration says. Restarting it may help: stop Baton and its Caddy, then start Baton.",
        });
      }
      await clock.sleep(50, signal);
    }
  }
}
