import type { Deploying, Served } from "../model/deployment/deployment.ts";
import type { ContainerState } from "../ports/engine.ts";
import { diagnoseExit, diagnoseUnhealthy } from "../rules/diagnosis/diagnose.ts";
import { hasCrashed } from "../rules/health/health-gate.ts";
import { healthcheckWarning } from "../rules/health/healthcheck-hint.ts";
import { durationText } from "../rules/wording/duration-text.ts";
import { gatherEvidence } from "./containers/evidence.ts";
import { type Probe, probeService } from "./containers/probe-service.ts";
import type { RunningService } from "./containers/running-service.ts";
import type { DeploymentContext, PipelineContext } from "./context.ts";
import { switchBack } from "./cut-over.ts";
import { DeploymentFailed } from "./deployment-failed.ts";

type Watching = Deploying & { readonly step: "watch" };

/** Moves the traffic back, and resolves with how long users saw the version. */
type SwitchBack = () => Promise<Served | null>;

const lookEveryMs = 500;
/** A version under its first load may miss one check; three in a row are no accident. */
const failuresToRollBack = 3;

/**
 * Keeps an eye on the new version while the old one is still whole. Resolves when the window is over;
 * rejects with DeploymentFailed, stage `watch`, as soon as a container dies or fails its checks.
 */
export async function watchServices(
  world: PipelineContext,
  work: DeploymentContext,
  deployment: Watching,
  services: readonly RunningService[],
): Promise<void> {
  const { clock, limits } = world;
  // Counted from the switch itself, so that a restarted server watches only what is left.
  const sinceMs = clock.now().getTime() - deployment.liveAt.getTime();
  const leftMs = Math.min(limits.watchMs, Math.max(0, limits.watchMs - sinceMs));
  const tookMs = deployment.liveAt.getTime() - deployment.startedAt.getTime();
  work.journal.stage("watch", watchText(tookMs, leftMs));
  await world.failpoint("watching");

  const own = services.filter(({ kept }) => !kept);
  const ended = new AbortController();
  const signal = AbortSignal.any([work.signal, ended.signal]);
  const endMs = clock.monotonicMs() + leftMs;
  try {
    const back = switchBackOnce(world, work, deployment);
    const watched = Promise.all(
      own.map((service) => watchService(world, work, deployment, service, endMs, back, signal)),
    );
    const death = firstDeath(world, work, deployment, own, back, signal);
    await Promise.race([watched, death]);
  } finally {
    ended.abort();
  }
}

/** A death is told by the engine and seen by a look, often both at once: the traffic goes back, and is said to, once. */
function switchBackOnce(world: PipelineContext, work: DeploymentContext, deployment: Watching): SwitchBack {
  let going: Promise<Served | null> | null = null;
  return () => {
    going ??= switchBack(world, work, deployment.liveAt);
    return going;
  };
}

/** A server that restarts late in the window has one look left, and no time worth telling. */
function watchText(tookMs: number, leftMs: number): string {
  const watching =
    leftMs < lookEveryMs
      ? "checking it one more time"
      : `watching it for ${durationText(Math.ceil(leftMs / 1000) * 1000)} more`;
  return `Live after ${durationText(tookMs)}; ${watching}`;
}

async function watchService(
  world: PipelineContext,
  work: DeploymentContext,
  deployment: Watching,
  service: RunningService,
  endMs: number,
  back: SwitchBack,
  signal: AbortSignal,
): Promise<void> {
  const { engine, clock } = world;
  const host = deployment.spec.routes.find((route) => route.service === service.spec.name)?.host ?? "localhost";
  let restartsBefore: number | null = null;
  let failures = 0;
  let container: ContainerState | null;
  do {
    container = await engine.inspectContainer(service.container, signal);
    restartsBefore ??= container?.restartCount ?? 0;
    if (!container || hasCrashed(container, restartsBefore))
      throw await crashed(world, work, deployment, service, container, back);
    if (service.spec.kind !== "worker") {
      const probe = await probeService(world, service, container, host, service.spec.health.tryTimeoutMs, signal);
      failures = probe.result.healthy ? 0 : failures + 1;
      // A crash is the better explanation of a failed probe, and the next look sees it.
      if (failures >= failuresToRollBack) throw await failing(world, work, service, container, probe, back);
    }
    await clock.sleep(Math.max(0, Math.min(lookEveryMs, endMs - clock.monotonicMs())), signal);
  } while (clock.monotonicMs() < endMs || failures > 0);
  const warning = healthcheckWarning(service.spec.name, container);
  if (warning !== null) work.journal.warn(warning);
}

/**
 * The engine tells of a death at once, and with the exit code that the looks below may miss because the engine has
 * restarted the container by then. Never resolves; rejects with the first death.
 */
async function firstDeath(
  world: PipelineContext,
  work: DeploymentContext,
  deployment: Watching,
  services: readonly RunningService[],
  back: SwitchBack,
  signal: AbortSignal,
): Promise<never> {
  try {
    for await (const event of world.engine.events(signal)) {
      const service = services.find((candidate) => candidate.container === event.container);
      if (!service || event.type !== "die") continue;
      const container = await world.engine.inspectContainer(service.container, signal);
      throw await crashed(
        world,
        work,
        deployment,
        service,
        container && { ...container, status: "exited", exitCode: event.exitCode ?? container.exitCode },
        back,
      );
    }
  } catch (error) {
    if (error instanceof DeploymentFailed) throw error;
    // Without the stream of events the looks still see a crash, a moment later.
  }
  return new Promise<never>(() => {});
}

/** The traffic goes back first: what happened can be found out while the old version answers. */
async function crashed(
  world: PipelineContext,
  work: DeploymentContext,
  deployment: Watching,
  service: RunningService,
  container: ContainerState | null,
  back: SwitchBack,
): Promise<DeploymentFailed> {
  const afterMs = Math.max(0, world.clock.now().getTime() - deployment.liveAt.getTime());
  const served = await back();
  const evidence = await gatherEvidence(world, work, service, container, null);
  const failure = diagnoseExit("watch", `${durationText(afterMs)} after the cut-over`, evidence);
  return new DeploymentFailed({ ...failure, served });
}

async function failing(
  world: PipelineContext,
  work: DeploymentContext,
  service: RunningService,
  container: ContainerState,
  probe: Probe,
  back: SwitchBack,
): Promise<DeploymentFailed> {
  const served = await back();
  const evidence = await gatherEvidence(world, work, service, container, probe.last);
  return new DeploymentFailed({ ...diagnoseUnhealthy("watch", failuresToRollBack * lookEveryMs, evidence), served });
}
