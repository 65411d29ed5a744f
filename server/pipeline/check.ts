import { type Dependency, type DeploymentSpec, servicesOf } from "../model/deployment/spec.ts";
import type { ContainerState } from "../ports/engine/containers.ts";
import { diagnoseExit, diagnoseUnhealthy, type LastProbe, lastWord } from "../rules/diagnosis/diagnose.ts";
import {
  afterProbe,
  afterTry,
  closedGate,
  crashesOf,
  hasEnded,
  noTries,
  type ProbeResult,
  pauseBeforeTry,
} from "../rules/health/health-gate.ts";
import { healthcheckWords } from "../rules/health/healthcheck-hint.ts";
import { stillWaiting } from "../rules/health/still-waiting.ts";
import { adoptedPortNote, adoptPort, mayAdoptPort } from "../rules/rollout/adopt-port.ts";
import { replicaName, startedReplicas } from "../rules/rollout/replicas.ts";
import { durationText } from "../rules/wording/duration-text.ts";
import { gatherEvidence } from "./containers/evidence.ts";
import { foundBy, type Probe, probeService } from "./containers/probe-service.ts";
import type { RunningService } from "./containers/running-service.ts";
import type { DeploymentContext } from "./context/context.ts";
import { DeploymentFailed } from "./deployment-failed.ts";
import { askDocker } from "./with-docker.ts";

/** An app that listens on another port by then, but not on its own, will not open its own any more. */
const elsewhereAfterMs = 3_000;
const portLookEveryMs = 1_000;
/** How often a container is read whose port is closed. */
const lookEveryMs = 100;
/** How often the log says that a check continues, and for how long it has run. */
const reportEveryMs = 10_000;

/**
 * The app listens on another port than it was given, and nobody had declared a port, so it can be served there instead.
 */
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
 * Waits until each of these services has passed its check. The first that cannot fails the deployment. `waiting` is the
 * service that starts only once they are healthy; null when the whole version waits. Rejects with ListensElsewhere when
 * it is worth trying again on another port.
 */
export async function checkServices(
  context: DeploymentContext,
  spec: DeploymentSpec,
  services: readonly RunningService[],
  waiting: string | null,
): Promise<void> {
  const { journal, progress } = context;
  for (const { kept, spec: service } of services) if (kept) progress.through(service.name);
  const started = services.filter(({ kept }) => !kept);
  if (started.length === 0) return;
  const names = [...new Set(started.map((service) => service.spec.name))].join(", ");
  journal.stage(
    "health",
    waiting === null ? "Checking that the new version is healthy" : `Checking ${names}, which ${waiting} waits for`,
  );
  const firstFailure = new AbortController();
  const signal = AbortSignal.any([context.signal, firstFailure.signal]);
  const left = new Map<string, number>();
  for (const { spec: service } of started) left.set(service.name, (left.get(service.name) ?? 0) + 1);
  await Promise.all(
    started.map(async (service) => {
      progress.enter("Checking health", service.spec.name);
      try {
        await checkService({ ...context, signal }, spec, service);
      } catch (error) {
        firstFailure.abort(error);
        throw error;
      }
      const replicas = (left.get(service.spec.name) ?? 1) - 1;
      left.set(service.spec.name, replicas);
      if (replicas === 0) progress.through(service.spec.name);
    }),
  );
}

async function checkService(context: DeploymentContext, spec: DeploymentSpec, service: RunningService): Promise<void> {
  const { clock, silence, signal } = context;
  const { health, name } = service.spec;
  const host = spec.routes.find((route) => route.service === name)?.host ?? "localhost";
  const report = createCheckReport(context, service);
  const listensElsewhere = createPortLook(context, service);
  const needsOwnCheck = servicesOf(spec).some(({ dependsOn }) => dependsOn.some(isHealthOf(name)));
  const known: Known = { lastProbe: null, hasSucceeded: false, lastExit: null };
  let gate = closedGate;
  let tries = noTries;
  let container = await look(context, service, known);
  let lookedMs = clock.monotonicMs();
  const beganMs = clock.monotonicMs() - spentMs(container, health.timeoutMs, clock.now());
  const timeLeftMs = () => beganMs + health.timeoutMs + silence.sinceMs(beganMs) - clock.monotonicMs();

  for (;;) {
    const roundMs = clock.monotonicMs();
    const leftMs = timeLeftMs();
    if (leftMs <= 0) throw await unhealthy(context, service, container, known);

    // The others are judged by their answers, before which their container need not be read again.
    if (service.hostAddress === null) container = await look(context, service, known);
    const probed = await probeService(context, service, { container, host, leftMs });
    known.lastProbe = lastWord(known.lastProbe, probed.last, leftMs < health.tryTimeoutMs);
    const isTelling = probed.last === null || probed.last === known.lastProbe;
    // A container that restarted during the probe answered before the restart. While its port is closed, reading it at
    // each try would take the app's processor time.
    if (foundBy(probed) !== "closed" || clock.monotonicMs() - lookedMs >= lookEveryMs) {
      container = await look(context, service, known);
      lookedMs = clock.monotonicMs();
    }
    // A Docker that did not answer may not have passed on the probe's connection either.
    if (silence.sinceMs(roundMs) > 0) silence.add(roundMs, clock.monotonicMs());
    const probe = withOwnCheck(container, probed);
    gate = afterProbe(gate, probe.result, container.restartCount);
    known.hasSucceeded ||= probe.result.healthy;
    if (isTelling) report.result(probe.result, gate.streak);
    report.waiting(known.lastProbe, container.restartCount, timeLeftMs());
    if (!probe.result.healthy) await listensElsewhere(container);
    if (gate.streak >= probe.needed && !(needsOwnCheck && isStillChecking(container))) return;
    tries = afterTry(tries, foundBy(probe));
    const pauseMs = pauseBeforeTry(tries, health, clock.monotonicMs() - roundMs);
    await clock.sleep(Math.max(0, Math.min(pauseMs, leftMs)), signal);
  }
}

/** The findings of a check so far, from which the reason of a failure is made. */
interface Known {
  lastProbe: LastProbe | null;
  hasSucceeded: boolean;
  /** The engine forgets a container's exit code once it has restarted it. */
  lastExit: ContainerState | null;
}

/** Reads the state of a container under check. Fails the deployment when it has ended. */
async function look(context: DeploymentContext, service: RunningService, known: Known): Promise<ContainerState> {
  const { engine, signal } = context;
  const container = await askDocker(context, () => engine.inspectContainer(service.container, signal));
  if (!container || hasEnded(container)) throw await exited(context, service, container, known.lastProbe);
  if (container.status === "restarting") known.lastExit = container;
  return container;
}

/** Looks for another port that the app listens on, once it has been up for a while, and not at each try. */
function createPortLook({ engine, clock }: DeploymentContext, service: RunningService) {
  let lookedMs = Number.NEGATIVE_INFINITY;
  return async (container: ContainerState): Promise<void> => {
    if (!mayAdoptPort(service.spec) || upMs(container, clock.now()) <= elsewhereAfterMs) return;
    if (clock.monotonicMs() - lookedMs < portLookEveryMs) return;
    lookedMs = clock.monotonicMs();
    const port = adoptPort(service.spec, await engine.listeningPorts(service.container));
    if (port !== null) throw new ListensElsewhere(service, port);
  };
}

const isHealthOf = (name: string) => (dependency: Dependency) =>
  dependency.service === name && dependency.condition === "healthy";

/** Whether the container's own health check has not decided yet. */
function isStillChecking(container: ContainerState): boolean {
  return container.healthcheck === "starting";
}

/** A container's own health check can fail a probe. It is too slow to make one pass. */
function withOwnCheck(container: ContainerState, probe: Probe): Probe {
  if (container.healthcheck !== "unhealthy") return probe;
  const says = healthcheckWords(container.healthcheckOutput);
  return {
    ...probe,
    result: { healthy: false, detail: `its HEALTHCHECK failed${says === "" ? "" : `: ${says}`}` },
  };
}

function upMs(container: ContainerState, now: Date): number {
  return container.status === "running" && container.startedAt ? now.getTime() - container.startedAt.getTime() : 0;
}

/** Counted from the container's own start, so that a restarted server does not give it another 90 s. */
function spentMs(container: ContainerState, timeoutMs: number, now: Date): number {
  const ageMs = container.startedAt === null ? 0 : now.getTime() - container.startedAt.getTime();
  // A change of the clock must neither end the check early nor extend it.
  return ageMs < 0 || ageMs > timeoutMs * 2 ? 0 : ageMs;
}

/**
 * Reports every success, a failure only when it differs from the previous one, and from time to time that the check
 * continues.
 */
function createCheckReport({ clock, journal }: DeploymentContext, { spec, replica }: RunningService) {
  const isOneOfSeveral = startedReplicas(spec) > 1;
  let reported = "";
  let reportedAtMs = clock.monotonicMs();
  return {
    result(result: ProbeResult, streak: number): void {
      if (!result.healthy && result.detail === reported) return;
      reported = result.detail;
      reportedAtMs = clock.monotonicMs();
      const { healthy } = result;
      const detail = isOneOfSeveral ? `replica ${replica}: ${result.detail}` : result.detail;
      const needed = spec.kind === "worker" ? 1 : spec.health.successes;
      journal.event({ type: "check", service: spec.name, healthy, streak, needed, detail });
    },
    waiting(last: LastProbe | null, restarts: number, leftMs: number): void {
      if (leftMs <= 0 || clock.monotonicMs() - reportedAtMs < reportEveryMs) return;
      reportedAtMs = clock.monotonicMs();
      journal.note(stillWaiting(replicaName(spec.name, replica, startedReplicas(spec)), last, restarts, leftMs));
    },
  };
}

async function exited(
  context: DeploymentContext,
  service: RunningService,
  container: ContainerState | null,
  lastProbe: LastProbe | null,
): Promise<DeploymentFailed> {
  const evidence = await gatherEvidence(context, service, container, lastProbe);
  const crashes = container ? crashesOf(container) : 1;
  const times = crashes > 1 ? `${crashes} times ` : "";
  return new DeploymentFailed(diagnoseExit("health", `${times}on startup`, evidence));
}

async function unhealthy(
  context: DeploymentContext,
  service: RunningService,
  now: ContainerState,
  { lastProbe, hasSucceeded, lastExit }: Known,
): Promise<DeploymentFailed> {
  const container = lastExit ?? now;
  const last = lastProbe && { ...lastProbe, followsSuccess: hasSucceeded };
  const evidence = await gatherEvidence(context, service, container, last);
  const { timeoutMs } = service.spec.health;
  const failure =
    container.restartCount > 0
      ? diagnoseExit("health", `again and again for ${durationText(timeoutMs)}`, evidence)
      : diagnoseUnhealthy("health", timeoutMs, evidence);
  return new DeploymentFailed(failure);
}
