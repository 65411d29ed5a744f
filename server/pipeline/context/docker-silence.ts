import type { Clock } from "../../ports/clock.ts";
import { type Engine, EngineUnavailable } from "../../ports/engine/engine.ts";

/** An answer that takes longer than this says more about Docker than about the app that is being checked. */
const toleranceMs = 1_000;

/** When Docker did not answer. That time does not count against an app. */
export interface DockerSilence {
  /** Adds a time in which it did not answer, on the monotonic clock. */
  add(fromMs: number, toMs: number): void;
  /** How much of the time from then on it did not answer. */
  sinceMs(fromMs: number): number;
  /** Counts those who wait for it, so that the log says it once. Returns whether there was no other. */
  beginToWait(): boolean;
  /** Returns whether there is no other any more. */
  endWait(): boolean;
}

export function createDockerSilence(): DockerSilence {
  /** In order, and apart from each other. */
  const silences: { fromMs: number; toMs: number }[] = [];
  let waiting = 0;
  return {
    add(fromMs, toMs) {
      let beganMs = fromMs;
      // Calls overlap, and each is added when it ends.
      for (let last = silences.at(-1); last && last.toMs >= fromMs; last = silences.at(-1)) {
        beganMs = Math.min(beganMs, last.fromMs);
        silences.pop();
      }
      silences.push({ fromMs: beganMs, toMs });
    },
    sinceMs: (sinceMs) =>
      silences.reduce((sum, { fromMs, toMs }) => sum + Math.max(0, toMs - Math.max(fromMs, sinceMs)), 0),
    beginToWait: () => ++waiting === 1,
    endWait: () => --waiting === 0,
  };
}

/** The same engine. It notes the time in which the daemon does not answer the questions of a health check. */
export function listening(engine: Engine, clock: Pick<Clock, "monotonicMs">, silence: DockerSilence): Engine {
  async function timed<T>(ask: () => Promise<T>): Promise<T> {
    const fromMs = clock.monotonicMs();
    const note = (isSilence: boolean) => {
      if (isSilence) silence.add(fromMs, clock.monotonicMs());
    };
    try {
      const answer = await ask();
      note(clock.monotonicMs() - fromMs > toleranceMs);
      return answer;
    } catch (error) {
      note(error instanceof EngineUnavailable);
      throw error;
    }
  }
  return {
    ...engine,
    inspectContainer: (id, signal) => timed(() => engine.inspectContainer(id, signal)),
    listContainers: (filter, signal) => timed(() => engine.listContainers(filter, signal)),
  };
}
