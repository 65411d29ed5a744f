import type { Clock } from "../../ports/clock.ts";
import { StoreUnavailable } from "../../ports/store/store.ts";

const longestPauseMs = 5_000;

/**
 * Repeats a write until the database takes it: a build that is through must not be lost because Postgres
 * restarts. Nothing moves meanwhile, so nothing is switched that is not written down.
 */
export async function untilStored<T>(clock: Clock, signal: AbortSignal, write: () => Promise<T>): Promise<T> {
  for (let pauseMs = 100; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    signal.throwIfAborted();
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await clock.sleep(pauseMs, signal);
    }
  }
}
