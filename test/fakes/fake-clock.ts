import type { Clock } from "../../server/ports/clock.ts";

/** A clock that stands still until it is told otherwise; sleepers wake when their time has come. */
export interface FakeClock extends Clock {
  advance(ms: number): void;
  /** How many are asleep: a test waits for a sleeper before it moves the time. */
  readonly sleeping: number;
}

export function createFakeClock(start = new Date("2026-01-31T12:00:00.000Z")): FakeClock {
  let nowMs = 0;
  const sleepers = new Set<{ readonly untilMs: number; wake(): void }>();
  return {
    now: () => new Date(start.getTime() + nowMs),
    monotonicMs: () => nowMs,
    get sleeping() {
      return sleepers.size;
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const sleeper = {
          untilMs: nowMs + ms,
          wake() {
            sleepers.delete(sleeper);
            signal.removeEventListener("abort", abort);
            resolve();
          },
        };
        const abort = () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        };
        sleepers.add(sleeper);
        signal.addEventListener("abort", abort, { once: true });
      });
    },
    advance(ms) {
      nowMs += ms;
      for (const sleeper of [...sleepers]) if (sleeper.untilMs <= nowMs) sleeper.wake();
    },
  };
}
