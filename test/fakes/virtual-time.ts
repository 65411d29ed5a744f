import type { FakeClock } from "./fake-clock.ts";

/** Lets the time of a fake clock pass as tests need it: a minute is over as soon as everything waits. */
export interface VirtualTime {
  /** Waits for a condition. Rejects when that takes longer than `limitMs` (10 minutes). */
  until(what: string, isSo: () => boolean | Promise<boolean>, limitMs?: number): Promise<void>;
  /** Waits for an answer. */
  answered<Answer>(what: string, answer: Promise<Answer>): Promise<Answer>;
  /** Retries until the attempt does not throw. */
  eventually<Result>(attempt: () => Result | Promise<Result>): Promise<Result>;
  /** Lets this much time pass, with everything that happens in it. */
  pass(ms: number): Promise<void>;
  /** The same adapter, whose callers get their answer however long that takes. */
  passingFor<Adapter extends object>(adapter: Adapter): Adapter;
}

const patienceMs = 600_000;
const stepMs = 50;

export function createVirtualTime(clock: FakeClock): VirtualTime {
  async function until(what: string, isSo: () => boolean | Promise<boolean>, limitMs = patienceMs): Promise<void> {
    const endMs = clock.monotonicMs() + limitMs;
    for (;;) {
      await everybodyWaits();
      if (await isSo()) return;
      if (!clock.advanceToNext(endMs - clock.monotonicMs()))
        throw new Error(`not so after ${limitMs / 1000} s: ${what}`);
    }
  }

  async function answered<Answer>(what: string, answer: Promise<Answer>): Promise<Answer> {
    let isThere = false;
    const done = () => {
      isThere = true;
    };
    answer.then(done, done);
    await until(what, () => isThere);
    return answer;
  }

  return {
    until,
    answered,
    async eventually(attempt) {
      const endMs = clock.monotonicMs() + patienceMs;
      for (;;) {
        await everybodyWaits();
        try {
          return await attempt();
        } catch (error) {
          if (clock.monotonicMs() > endMs) throw error;
          // When nothing is due, time must still pass for a condition that becomes true at some time.
          if (!clock.advanceToNext(stepMs)) clock.advance(stepMs);
        }
      }
    },
    async pass(ms) {
      const endMs = clock.monotonicMs() + ms;
      do await everybodyWaits();
      while (clock.advanceToNext(endMs - clock.monotonicMs()));
      clock.advance(endMs - clock.monotonicMs());
    },
    passingFor: (adapter) =>
      new Proxy(adapter, {
        get(target, key) {
          const member: unknown = Reflect.get(target, key);
          if (typeof member !== "function") return member;
          return (...args: unknown[]) => {
            const result: unknown = member.apply(target, args);
            return result instanceof Promise ? answered(String(key), result) : result;
          };
        },
      }),
  };
}

/** Resolves when every promise that can continue has done so, and all of them wait for time to pass. */
async function everybodyWaits(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}
