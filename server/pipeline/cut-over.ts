import type { Deploying, Served } from "../model/deployment/deployment.ts";
import { ProxyUnavailable } from "../ports/proxy.ts";
import { successorNames } from "../rules/routing/cut-over-routes.ts";
import { servedText } from "../rules/wording/served-text.ts";
import { networkName } from "./containers/container-request.ts";
import { namesOf } from "./containers/run-container.ts";
import type { RunningService } from "./containers/running-service.ts";
import { liveBefore } from "./containers/stop-replaced.ts";
import type { DeploymentContext, PipelineContext } from "./context.ts";
import { DeploymentFailed } from "./deployment-failed.ts";
import { moveTo } from "./record/move-to.ts";
import { routesNow } from "./routing/hosts.ts";

const proofTimeoutMs = 5_000;

/**
 * Moves the traffic: the decision is on record already (step `cut-over`), so this runs to its end whatever dies,
 * and running it twice is the same as once.
 */
export async function cutOver(
  world: PipelineContext,
  work: DeploymentContext,
  deployment: Deploying,
  services: readonly RunningService[],
): Promise<Deploying> {
  const { proxy, clock } = world;
  const { journal, installation } = work;
  const { spec } = deployment;
  journal.stage("cut-over", "Switching traffic");
  work.progress.enterAll("Cut-over");
  await introduceKept(world, work, services);

  const addresses = new Map(
    services.flatMap(({ spec: { kind, name }, hostAddress }) =>
      kind === "web" && hostAddress !== null ? [[name, hostAddress] as const] : [],
    ),
  );
  // Until the routes of this version alone are loaded, it is found under the names of the one before as well.
  for (const [name, successor] of successorNames(await routesNow(world, work), spec.routes)) {
    const address = addresses.get(successor);
    if (address !== undefined) addresses.set(name, address);
  }
  if (addresses.size > 0) {
    await proxy.prepare(installation.id, deployment.id, addresses);
    await world.failpoint("before-switch");
    const { tookMs } = await proxy.switchTo(installation.id, deployment.id);
    await world.failpoint("after-switch");
    journal.event({ type: "cut-over", urls: spec.routes.map((route) => world.urlOf(route.host)), tookMs });
    await prove(world, work, deployment);
  } else {
    if ((await proxy.current(installation.id)) !== null) await proxy.switchTo(installation.id, "stopped");
    journal.event({ type: "cut-over", urls: [], tookMs: 0 });
  }
  const replacedId = installation.liveDeploymentId;
  return moveTo(world, work, deployment, { type: "switched", at: clock.now(), replacedId });
}

/** What was kept gets to know the new version's services, and they get to know it, under its name. */
async function introduceKept(
  world: PipelineContext,
  work: DeploymentContext,
  services: readonly RunningService[],
): Promise<void> {
  const network = networkName(world.instance, work.deployment.id);
  for (const { kept, container, spec } of services) {
    if (kept) await world.engine.connect(container, network, namesOf(spec), work.signal);
  }
}

/**
 * The traffic back to the version before; to the page that says that nothing is here, when there was none. Resolves with
 * how long users saw this one, where it had the traffic and is known to have had it since `liveAt`.
 */
export async function switchBack(
  world: PipelineContext,
  work: DeploymentContext,
  liveAt: Date | null,
): Promise<Served | null> {
  const { proxy, store, clock } = world;
  const { journal, deployment } = work;
  if ((await proxy.current(work.installation.id)) !== deployment.id) return null;
  const before = await liveBefore(world, work);
  await proxy.switchTo(work.installation.id, before?.id ?? "stopped");
  const ms = liveAt === null ? null : Math.max(0, clock.now().getTime() - liveAt.getTime());
  const backTo = before === null ? null : ((await store.deployments.get(before.id))?.number ?? null);
  const served = ms === null ? null : { ms, backTo };
  if (served) journal.note(servedText(deployment.number, served));
  else journal.note(backTo === null ? "The address returns 503 again" : `Traffic is back on #${backTo}`);
  return served;
}

/** Asks the proxy, for every host, which deployment answers. */
async function prove(world: PipelineContext, work: DeploymentContext, deployment: Deploying): Promise<void> {
  const { proxy, clock } = world;
  const deadlineMs = clock.monotonicMs() + proofTimeoutMs;
  for (const { host } of deployment.spec.routes) {
    for (;;) {
      const answered = await proxy.prove(host, work.signal).catch((error: unknown) => {
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
      await clock.sleep(50, work.signal);
    }
  }
}
