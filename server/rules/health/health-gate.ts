import type { HealthSpec } from "../../model/deployment/health-spec.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";

/** The result of one probe of a service. */
export interface ProbeResult {
  readonly healthy: boolean;
  /** "GET / answered 200 in 12 ms". */
  readonly detail: string;
}

/** Counts consecutive successes within one run of the container. */
export interface Gate {
  readonly streak: number;
  readonly restartCount: number;
}

export const closedGate: Gate = { streak: 0, restartCount: 0 };

/** A failure or a restart resets the count, so that an app that answers once and dies does not pass. */
export function afterProbe(gate: Gate, result: ProbeResult, restartCount: number): Gate {
  if (!result.healthy) return { streak: 0, restartCount };
  return { streak: restartCount === gate.restartCount ? gate.streak + 1 : 1, restartCount };
}

/** The result of a probe: nothing listens, the answer is not healthy (or late), or it is healthy. */
export type TryResult = "closed" | "unhealthy" | "healthy";

/** The number of probes with each result; for healthy ones, the number in a row. */
export interface Tries {
  readonly found: TryResult;
  readonly counts: Readonly<Record<TryResult, number>>;
}

export const noTries: Tries = { found: "closed", counts: { closed: 0, unhealthy: 0, healthy: 0 } };

export function afterTry({ counts }: Tries, found: TryResult): Tries {
  const inARow = found === "healthy" ? counts : { ...counts, healthy: 0 };
  return { found, counts: { ...inARow, [found]: inARow[found] + 1 } };
}

const firstPauseMs = 50;
const growth = 1.25;
/** A try at a closed port costs the app nothing, so an app that opens its port late need not wait for the next one. */
const whileClosed = { firstPauseMs: 10, triesBeforeGrowth: 10, longestMs: 200 };

/**
 * The pause before the next try, never longer than the service's interval. It grows with the number of tries that have
 * found the same, so it is short again once an app that was silent answers, and long for an app that flaps. Successes
 * follow each other quickly until there are enough; the time that the last one took counts as part of the pause.
 */
export function pauseBeforeTry(
  { found, counts }: Tries,
  { intervalMs, successes }: Pick<HealthSpec, "intervalMs" | "successes">,
  tookMs: number,
): number {
  switch (found) {
    case "closed": {
      const steps = Math.max(0, counts.closed - whileClosed.triesBeforeGrowth);
      const pauseMs = Math.round(whileClosed.firstPauseMs * growth ** steps);
      return Math.min(intervalMs, whileClosed.longestMs, pauseMs);
    }
    case "unhealthy":
      return Math.min(intervalMs, Math.round(firstPauseMs * growth ** (counts.unhealthy - 1)));
    case "healthy": {
      const pauseMs = Math.round(firstPauseMs * growth ** Math.max(0, counts.healthy - successes));
      return Math.max(0, Math.min(intervalMs, pauseMs) - tookMs);
    }
  }
}

const mostCrashes = 4;

/**
 * How often a container that is not running has exited. The engine counts a restart when it schedules it, before it
 * happens.
 */
export function crashesOf({ status, restartCount }: Pick<ContainerState, "status" | "restartCount">): number {
  return status === "restarting" ? restartCount : restartCount + 1;
}

/**
 * Whether a check should stop waiting for the container: it ran to completion, or crashed for the fourth time. An app
 * may start before its database and deserves another try, which the engine's restart policy gives it.
 */
export function hasEnded(
  container: Pick<ContainerState, "status" | "exitCode" | "restartCount" | "outOfMemory">,
): boolean {
  switch (container.status) {
    case "exited":
    case "dead":
    case "removing":
      return true;
    case "restarting":
      return container.exitCode === 0 || container.outOfMemory || container.restartCount >= mostCrashes;
    case "created":
    case "running":
    case "paused":
      return false;
  }
}

/** After the cut-over there is no second try: the version before is still whole and takes the traffic back. */
export function hasCrashed(
  container: Pick<ContainerState, "status" | "restartCount">,
  restartsBefore: number,
): boolean {
  return container.status !== "running" || container.restartCount > restartsBefore;
}
