import type { Clock } from "../../server/ports/clock.ts";

/** A clock that stands still until a test moves it. Due callbacks run in the order of their time. */
export interface FakeClock extends Clock {
  /** Lets time pass and runs everything that is due by then. */
  advance(ms: number): void;
  /**
   * Moves the time to the next due callback and runs it. Returns false and leaves the time alone when nothing is due
   * within `limitMs`.
   */
  advanceToNext(limitMs: number): boolean;
  /** Sets the time of day forward, or back, as somebody or a time server may; nothing becomes due by that. */
  jump(ms: number): void;
  /** Runs `run` at that time, for events that happen on their own. Returns a function that cancels it. */
  after(ms: number, run: () => void): () => void;
  /** The same clock for one process, whose waits can be dropped together. */
  forProcess(): Clock & { forget(): void };
  /** The number of sleepers; a test waits for one before it moves the time. */
  readonly sleeping: number;
}

interface Due {
  readonly atMs: number;
  readonly run: () => void;
}

export function createFakeClock(start = new Date("2026-01-31T12:00:00.000Z")): FakeClock {
  let nowMs = 0;
  let sleeping = 0;
  let jumpedMs = 0;
  /** Ordered by time, and among equals in the order of the requests. */
  const agenda: Due[] = [];

  function after(ms: number, run: () => void): () => void {
    const due = { atMs: nowMs + Math.max(0, ms), run };
    agenda.splice(agenda.findLastIndex(({ atMs }) => atMs <= due.atMs) + 1, 0, due);
    return () => {
      const index = agenda.indexOf(due);
      if (index >= 0) agenda.splice(index, 1);
    };
  }

  function happenUntil(limitMs: number): boolean {
    const [next] = agenda;
    if (!next || next.atMs > limitMs) return false;
    agenda.shift();
    nowMs = next.atMs;
    next.run();
    return true;
  }

  function sleep(ms: number, signal: AbortSignal, schedule: FakeClock["after"]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      sleeping += 1;
      const wake = () => {
        sleeping -= 1;
        callOff();
        signal.removeEventListener("abort", abort);
      };
      const abort = () => {
        wake();
        reject(signal.reason);
      };
      const callOff = schedule(ms, () => {
        wake();
        resolve();
      });
      signal.addEventListener("abort", abort, { once: true });
    });
  }

  function timeout(ms: number, schedule: FakeClock["after"]): AbortSignal {
    const controller = new AbortController();
    schedule(ms, () => controller.abort(new DOMException(`No response in ${ms} ms`, "TimeoutError")));
    return controller.signal;
  }

  const now = () => new Date(start.getTime() + nowMs + jumpedMs);
  const monotonicMs = () => nowMs;
  return {
    now,
    monotonicMs,
    after,
    get sleeping() {
      return sleeping;
    },
    sleep: (ms, signal) => sleep(ms, signal, after),
    timeout: (ms) => timeout(ms, after),
    advance(ms) {
      const untilMs = nowMs + ms;
      while (happenUntil(untilMs));
      nowMs = untilMs;
    },
    jump(ms) {
      jumpedMs += ms;
    },
    advanceToNext: (limitMs) => happenUntil(nowMs + limitMs),
    forProcess() {
      const waiting = new Set<() => void>();
      const schedule: FakeClock["after"] = (ms, run) => {
        const callOff = after(ms, () => {
          waiting.delete(callOff);
          run();
        });
        waiting.add(callOff);
        return () => {
          waiting.delete(callOff);
          callOff();
        };
      };
      return {
        now,
        monotonicMs,
        sleep: (ms, signal) => sleep(ms, signal, schedule),
        timeout: (ms) => timeout(ms, schedule),
        forget() {
          for (const callOff of waiting) callOff();
          waiting.clear();
        },
      };
    },
  };
}
