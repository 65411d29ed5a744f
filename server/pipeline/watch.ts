import type { Deploying, Served } from "../model/deployment/deployment.ts";
import type { ContainerState } from "../ports/engine/containers.ts";
import { diagnoseExit, diagnoseUnhealthy } from "../rules/diagnosis/diagnose.ts";
import { hasCrashed } from "../rules/health/health-gate.ts";
import { healthcheckWarning } from "../rules/health/healthcheck-hint.ts";
import { durationText } from "../rules/wording/duration-text.ts";
import { gatherEvidence } from "./containers/evidence.ts";
import { type Probe, probeService } from "./containers/probe-service.ts";
import type { RunningService } from "./containers/running-service.ts";
import type { DeploymentContext } from "./context/context.ts";
import { switchBack } from "./cut-over.ts";
import { DeploymentFailed } from "./deployment-failed.ts";

type Watching = Deploying & { readonly step: "watch" };

/** The watch over one deployment. */
interface Watch extends DeploymentContext {
  readonly live: Watching;
  /** The end of the window, on the monotonic clock. */
  readonly endMs: number;
  /** Moves the traffic back. Resolves with how long users saw the version. */
  readonly switchBack: () => Promise<Served | null>;
}

const lookEveryMs = 500;
/** A version under its first load may miss one check, but three in a row are no accident. */
const failuresToRollBack = 3;

/**
 * Watches the new version while the old one is still whole. Resolves when the window is over. Rejects with
 * DeploymentFailed, stage `watch`, as soon as a container dies or fails its checks.
 */
export async function watchServices(
  context: DeploymentContext,
  live: Watching,
  services: readonly RunningService[],
): Promise<void> {
  const { clock, limits, journal, failpoint } = context;
  // Counted from the switch itself, so that a restarted server watches only what is left.
  const sinceMs = clock.now().getTime() - live.liveAt.getTime();
  const leftMs = Math.min(limits.watchMs, Math.max(0, limits.watchMs - sinceMs));
  const tookMs = live.liveAt.getTime() - live.startedAt.getTime();
  journal.stage("watch", watchText(tookMs, leftMs));
  // A push that does not wait for the window ends with this.
  void journal.flush(context.signal);
  await failpoint("watching");

  const own = services.filter(({ kept }) => !kept);
  const ended = new AbortController();
  const signal = AbortSignal.any([context.signal, ended.signal]);
  const endMs = clock.monotonicMs() + leftMs;
  try {
    const watch: Watch = { ...context, live, endMs, signal, switchBack: switchBackOnce(context, live) };
    const watched = Promise.all(own.map((service) => watchService(watch, service)));
    await Promise.race([watched, firstDeath(watch, own)]);
  } finally {
    ended.abort();
  }
}

/** The engine's event and a check often find the same death. The traffic moves back once, and the log says so once. */
function switchBackOnce(context: DeploymentContext, { liveAt }: Watching): Watch["switchBack"] {
  let switching: Promise<Served | null> | null = null;
  return () => {
    switching ??= switchBack(context, liveAt);
    return switching;
  };
}

/** After a restart late in the window only one check is left, and no time worth naming. */
function watchText(tookMs: number, leftMs: number): string {
  const watching =
    leftMs < lookEveryMs
      ? "checking it one more time"
      : `watching it for ${durationText(Math.ceil(leftMs / 1000) * 1000)} more`;
  return `Live after ${durationText(tookMs)}; ${watching}`;
}

/**
 * The restart count at the switch, for a container that has crashed since then while no server watched: one less than
 * it is now.
 */
function restartsUntil(liveAt: Date, { restartCount, startedAt }: ContainerState): number {
  return startedAt !== null && startedAt > liveAt ? Math.max(0, restartCount - 1) : restartCount;
}

async function watchService(watch: Watch, service: RunningService): Promise<void> {
  const { engine, clock, journal, live, endMs, signal } = watch;
  const { name, kind, health } = service.spec;
  const host = live.spec.routes.find((route) => route.service === name)?.host ?? "localhost";
  let restartsBefore: number | null = null;
  let failures = 0;
  let container: ContainerState | null;
  do {
    container = await engine.inspectContainer(service.container, signal);
    restartsBefore ??= container === null ? 0 : restartsUntil(live.liveAt, container);
    if (!container || hasCrashed(container, restartsBefore)) throw await crashed(watch, service, container);
    if (kind !== "worker") {
      const probe = await probeService(watch, service, { container, host, leftMs: health.tryTimeoutMs });
      failures = probe.result.healthy ? 0 : failures + 1;
      // A crash explains a failed probe better, and the next check sees it.
      if (failures >= failuresToRollBack) throw await failing(watch, service, container, probe);
    }
    await clock.sleep(Math.max(0, Math.min(lookEveryMs, endMs - clock.monotonicMs())), signal);
  } while (clock.monotonicMs() < endMs || failures > 0);
  const warning = healthcheckWarning(name, container);
  if (warning !== null) journal.warn(warning);
}

/**
 * The engine reports a death at once, with its exit code. The checks may miss that code, because the engine has
 * restarted the container by then. Never resolves; rejects with the first death.
 */
async function firstDeath(watch: Watch, services: readonly RunningService[]): Promise<never> {
  const { engine, signal } = watch;
  try {
    for await (const event of engine.events(signal)) {
      const service = services.find((candidate) => candidate.container === event.container);
      if (!service || event.type !== "die") continue;
      const now = await engine.inspectContainer(service.container, signal);
      const died = now && { ...now, status: "exited" as const, exitCode: event.exitCode ?? now.exitCode };
      throw await crashed(watch, service, died);
    }
  } catch (error) {
    if (error instanceof DeploymentFailed) throw error;
    // Without the stream of events the checks still see a crash, a moment later.
  }
  return new Promise<never>(() => {});
}

/** Moves the traffic back first. The cause can be found out while the old version answers. */
async function crashed(
  watch: Watch,
  service: RunningService,
  container: ContainerState | null,
): Promise<DeploymentFailed> {
  const afterMs = Math.max(0, watch.clock.now().getTime() - watch.live.liveAt.getTime());
  const served = await watch.switchBack();
  const evidence = await gatherEvidence(watch, service, container, null);
  const failure = diagnoseExit("watch", `${durationText(afterMs)} after the cut-over`, evidence);
  return new DeploymentFailed({ ...failure, served });
}

async function failing(
  watch: Watch,
  service: RunningService,
  container: ContainerState,
  probe: Probe,
): Promise<DeploymentFailed> {
  const served = await watch.switchBack();
  const evidence = await gatherEvidence(watch, service, container, probe.last);
  return new DeploymentFailed({ ...diagnoseUnhealthy("watch", failuresToRollBack * lookEveryMs, evidence), served });
}
