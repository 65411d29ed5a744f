import type { Clock } from "../../ports/clock.ts";
import { StoreUnavailable } from "../../ports/store/store.ts";

const longestPauseMs = 5_000;

/**
 * Repeats a write until the database accepts it, because a finished build must not be lost when Postgres restarts.
 * Nothing else happens meanwhile, so no switch goes unrecorded.
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
