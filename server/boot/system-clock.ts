import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "../ports/clock.ts";

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  async sleep(ms, signal) {
    try {
      await wait(ms, undefined, { signal });
    } catch (error) {
      // timers/promises wraps the reason in its own AbortError.
      throw signal.aborted ? signal.reason : error;
    }
  },
  timeout: (ms) => AbortSignal.timeout(ms),
};
