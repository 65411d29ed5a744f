import type { ReconcilerContext } from "./context.ts";

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

/** Spaces out attempts at what keeps failing. */
export interface BackOff {
  /** Makes an attempt, unless one that failed was not long enough ago. Rejects as `attempt` does. */
  try(what: string, attempt: () => Promise<void>): Promise<void>;
}

/** `due` is called when something may be tried again. */
export function createBackOff(
  { clock, signal }: Pick<ReconcilerContext, "clock" | "signal">,
  due: () => void,
): BackOff {
  const failures = new Map<string, { readonly times: number; readonly againMs: number }>();
  return {
    async try(what, attempt) {
      const before = failures.get(what);
      if (before && clock.monotonicMs() < before.againMs) return;
      try {
        await attempt();
        failures.delete(what);
      } catch (error) {
        const times = before?.times ?? 0;
        const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** times);
        failures.set(what, { times: times + 1, againMs: clock.monotonicMs() + pauseMs });
        void clock.sleep(pauseMs, signal).then(due, () => {});
        throw error;
      }
    },
  };
}
