import type { ContainerState, Death } from "../../ports/engine/containers.ts";

/** A container that keeps dying and is started again each time. */
export interface CrashLoop {
  readonly restarts: number;
  readonly last: Death;
}

const windowMs = 10 * 60_000;
const fewest = 5;
/** Docker waits for at most a minute before it starts a container again, so that a shorter calm says nothing. */
const leastSteadyMs = 60_000;

type Watched = Pick<ContainerState, "kind" | "status" | "deaths" | "startedAt">;

/** The deaths of the last ten minutes. Init services end; nothing else should. Pure. */
export function recentDeaths({ kind, deaths }: Pick<Watched, "kind" | "deaths">, now: Date): readonly Death[] {
  return kind === "init" ? [] : deaths.filter(({ at }) => now.getTime() - at.getTime() < windowMs);
}

/**
 * The crash loop that a container is in, or null: five deaths within ten minutes, until it has run for a minute and twice
 * as long as the longest of these runs. Pure.
 */
export function crashLoopOf(container: Watched, now: Date): CrashLoop | null {
  const deaths = recentDeaths(container, now);
  const last = deaths.at(-1);
  if (!last || deaths.length < fewest) return null;
  const pauses = deaths.slice(1).map(({ at }, index) => at.getTime() - (deaths[index]?.at.getTime() ?? 0));
  const steadyMs = Math.max(leastSteadyMs, 2 * Math.max(...pauses));
  const { status, startedAt } = container;
  const since = startedAt !== null && startedAt > last.at ? startedAt : last.at;
  const isSteady = status === "running" && now.getTime() - since.getTime() >= steadyMs;
  return isSteady ? null : { restarts: deaths.length, last };
}

/** "restarted 5 times in 10 minutes, last exit code 1". Pure. */
export function crashLoopText({ restarts, last }: CrashLoop): string {
  return `restarted ${restarts} times in 10 minutes, ${deathText(last)}`;
}

export function deathText({ exitCode, outOfMemory }: Death): string {
  return outOfMemory ? "last killed because memory ran out" : `last exit code ${exitCode}`;
}
