import { type Dependency, type DeploymentSpec, servicesOf } from "../model/deployment/spec.ts";
import type { ContainerState } from "../ports/engine.ts";
import { diagnoseExit, diagnoseUnhealthy, type LastProbe, lastWord } from "../rules/diagnosis/diagnose.ts";
import {
  afterProbe,
  closedGate,
  crashesOf,
  hasEnded,
  type ProbeResult,
  pauseBeforeTry,
} from "../rules/health/health-gate.ts";
import { healthcheckWords } from "../rules/health/healthcheck-hint.ts";
import { stillWaiting } from "../rules/health/still-waiting.ts";
import { adoptedPortNote, adoptPort } from "../rules/rollout/adopt-port.ts";
import { durationText } from "../rules/wording/duration-text.ts";
import { gatherEvidence } from "./containers/evidence.ts";
import { type Probe, probeService } from "./containers/probe-service.ts";
import type { RunningService } from "./containers/running-service.ts";
import type { DeploymentContext, PipelineContext } from "./context.ts";
import { DeploymentFailed } from "./deployment-failed.ts";

/** An app that has not opened its port by then, but another, will not open it any more. */
const elsewhereAfterMs = 3_000;
/** Who watches a check that does not pass hears this often that it goes on, and for how long. */
const tellEveryMs = 10_000;

/** The app listens on another port than the one it was given, and nobody named that one: it can be had there. */
export class ListensElsewhere extends Error {
  override readonly name = "ListensElsewhere";
  readonly service: RunningService;
  readonly port: number;
  constructor(service: RunningService, port: number) {
    super(adoptedPortNote(service.spec, port));
    this.service = service;
    this.port = port;
  }
}

/**
 * Waits until every one of these services has passed its gate; the first that cannot fails the deployment. `waiting` names
 * the service that wants to see them healthy before it starts, where it is not the whole version that waits. Rejects with
 * ListensElsewhere where another try on another port is worth it.
 */
export async function checkServices(
  world: PipelineContext,
  work: DeploymentContext,
  spec: DeploymentSpec,
  services: readonly RunningService[],
  waiting: string | null,
): Promise<void> {
  const { journal, progress } = work;
  const names = services.flatMap(({ kept, spec: { name } }) => (kept ? [] : [name]));
  for (const { kept, spec: service } of services) if (kept) progress.through(service.name);
  if (names.length === 0) return;
  journal.stage(
    "health",
    waiting === null
      ? "Checking that the new version is healthy"
      : `Checking ${names.join(", ")}, which ${waiting} waits for`,
  );
  const firstFailure = new AbortController();
  const signal = AbortSignal.any([work.signal, firstFailure.signal]);
  await Promise.all(
    services.map(async (service) => {
      if (service.kept) return;
      progress.enter("Checking health", service.spec.name);
      try {
        await checkService(world, work, spec, service, signal);
      } catch (error) {
        firstFailure.abort(error);
        throw error;
      }
      progress.through(service.spec.name);
    }),
  );
}

async function checkService(
  world: PipelineContext,
  work: DeploymentContext,
  spec: DeploymentSpec,
  service: RunningService,
  signal: AbortSignal,
): Promise<void> {
  const { engine, clock } = world;
  const { health, name } = service.spec;
  const host = spec.routes.find((route) => route.service === name)?.host ?? "localhost";
  const tell = createCheckReporter(world, work, service);
  const wantsOwnCheck = servicesOf(spec).some(({ dependsOn }) => dependsOn.some(isHealthOf(name)));
  let gate = closedGate;
  let lastProbe: LastProbe | null = null;
  let deadlineMs: number | null = null;
  // Once a container was restarted its engine does not know any more what it exited with.
  let lastExit: ContainerState | null = null;

  for (let tries = 0; ; tries++) {
    const container = await engine.inspectContainer(service.container, signal);
    if (!container || hasEnded(container)) throw await exited(world, work, service, container, lastProbe);
    if (container.status === "restarting") lastExit = container;
    deadlineMs ??= clock.monotonicMs() + remainingMs(container, health.timeoutMs, clock.now());
    const leftMs = deadlineMs - clock.monotonicMs();
    if (leftMs <= 0) throw await unhealthy(world, work, service, lastExit ?? container, lastProbe);

    const probe = heeding(container, await probeService(world, service, container, host, leftMs, signal));
    // A container that was restarted while it was asked has answered from another life.
    const after = await engine.inspectContainer(service.container, signal);
    if (after?.status === "restarting") lastExit = after;
    gate = afterProbe(gate, probe.result, after?.restartCount ?? -1);
    lastProbe = lastWord(lastProbe, probe.last, leftMs < health.tryTimeoutMs);
    if (probe.last === null || probe.last === lastProbe) tell.result(probe.result, gate.streak);
    tell.waiting(lastProbe, after?.restartCount ?? 0, deadlineMs - clock.monotonicMs());
    if (!probe.result.healthy && upMs(after, clock.now()) > elsewhereAfterMs) {
      const port = adoptPort(service.spec, await engine.listeningPorts(service.container));
      if (port !== null) throw new ListensElsewhere(service, port);
    }
    if (gate.streak >= probe.needed && !(wantsOwnCheck && isStillChecking(after))) return;
    await clock.sleep(Math.max(0, Math.min(pauseBeforeTry(tries, health.intervalMs), leftMs)), signal);
  }
}

const isHealthOf = (name: string) => (dependency: Dependency) =>
  dependency.service === name && dependency.condition === "healthy";

/** Somebody waits for the container's own word, and it has not been given yet. */
function isStillChecking(container: ContainerState | null): boolean {
  return container?.healthcheck === "starting";
}

/** The container's own health check, where it has one, can close the gate; it is too slow to open it. */
function heeding(container: ContainerState, probe: Probe): Probe {
  if (container.healthcheck !== "unhealthy") return probe;
  const says = healthcheckWords(container.healthcheckOutput);
  return {
    ...probe,
    result: { healthy: false, detail: `its HEALTHCHECK failed${says === "" ? "" : `: ${says}`}` },
  };
}

function upMs(container: ContainerState | null, now: Date): number {
  return container?.status === "running" && container.startedAt ? now.getTime() - container.startedAt.getTime() : 0;
}

/** Counted from the container's own start, so that a restarted server does not give it another 90 s. */
function remainingMs(container: ContainerState, timeoutMs: number, now: Date): number {
  const ageMs = container.startedAt === null ? 0 : now.getTime() - container.startedAt.getTime();
  // A clock that was set must neither end the check early nor stretch it.
  return ageMs < 0 || ageMs > timeoutMs * 2 ? timeoutMs : timeoutMs - ageMs;
}

/** Tells of every success, of a failure only when it differs from the one before, and now and then that it lasts. */
function createCheckReporter(
  { clock }: Pick<PipelineContext, "clock">,
  { journal }: DeploymentContext,
  { spec }: RunningService,
) {
  let told = "";
  let toldAtMs = clock.monotonicMs();
  return {
    result(result: ProbeResult, streak: number): void {
      if (!result.healthy && result.detail === told) return;
      told = result.detail;
      toldAtMs = clock.monotonicMs();
      const { healthy, detail } = result;
      const needed = spec.kind === "worker" ? 1 : spec.health.successes;
      journal.event({ type: "check", service: spec.name, healthy, streak, needed, detail });
    },
    waiting(last: LastProbe | null, restarts: number, leftMs: number): void {
      if (leftMs <= 0 || clock.monotonicMs() - toldAtMs < tellEveryMs) return;
      toldAtMs = clock.monotonicMs();
      journal.note(stillWaiting(spec.name, last, restarts, leftMs));
    },
  };
}

async function exited(
  world: PipelineContext,
  work: DeploymentContext,
  service: RunningService,
  container: ContainerState | null,
  lastProbe: LastProbe | null,
): Promise<DeploymentFailed> {
  const evidence = await gatherEvidence(world, work, service, container, lastProbe);
  const crashes = container ? crashesOf(container) : 1;
  const times = crashes > 1 ? `${crashes} times ` : "";
  return new DeploymentFailed(diagnoseExit("health", `${times}on startup`, evidence));
}

async function unhealthy(
  world: PipelineContext,
  work: DeploymentContext,
  service: RunningService,
  container: ContainerState,
  lastProbe: LastProbe | null,
): Promise<DeploymentFailed> {
  const evidence = await gatherEvidence(world, work, service, container, lastProbe);
  const { timeoutMs } = service.spec.health;
  const failure =
    container.restartCount > 0
      ? diagnoseExit("health", `again and again for ${durationText(timeoutMs)}`, evidence)
      : diagnoseUnhealthy("health", timeoutMs, evidence);
  return new DeploymentFailed(failure);
}
