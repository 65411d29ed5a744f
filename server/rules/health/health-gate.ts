import type { ContainerState } from "../../ports/engine.ts";

/** What one probe of a service said. */
export interface ProbeResult {
  readonly healthy: boolean;
  /** "GET / answered 200 in 12 ms". */
  readonly detail: string;
}

/** Successes in a row, counted for one life of the container. */
export interface Gate {
  readonly streak: number;
  readonly restartCount: number;
}

export const closedGate: Gate = { streak: 0, restartCount: 0 };

/** A failure or a restart of the container starts the count again, so that an app that answers once and dies is not let through. */
export function afterProbe(gate: Gate, result: ProbeResult, restartCount: number): Gate {
  if (!result.healthy) return { streak: 0, restartCount };
  return { streak: restartCount === gate.restartCount ? gate.streak + 1 : 1, restartCount };
}

const firstPauseMs = 100;

/** Pause before the next try: 100 ms at first, a quarter longer each time, up to the service's interval. */
export function pauseBeforeTry(triesSoFar: number, intervalMs: number): number {
  return Math.min(intervalMs, Math.round(firstPauseMs * 1.25 ** triesSoFar));
}

const mostCrashes = 4;

/** How often a container that does not run has ended. The engine counts a restart when it decides on it, and carries it out later. */
export function crashesOf({ status, restartCount }: Pick<ContainerState, "status" | "restartCount">): number {
  return status === "restarting" ? restartCount : restartCount + 1;
}

/**
 * A container that has ended for good, as far as a check should wait for it: it ran to its end, or crashed for the fourth
 * time (an app may start before its database and deserves a second try; the engine restarts it).
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
