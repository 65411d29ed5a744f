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

const firstPauseMs = 100;

/** The pause before the next try: 100 ms at first, a quarter longer each time, up to the service's interval. */
export function pauseBeforeTry(triesSoFar: number, intervalMs: number): number {
  return Math.min(intervalMs, Math.round(firstPauseMs * 1.25 ** triesSoFar));
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
