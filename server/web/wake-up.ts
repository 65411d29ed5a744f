import type { Clock } from "../ports/clock.ts";

/** Remembers that something happened until it is asked, so that nothing falls between reading and waiting. */
export interface WakeUp {
  wake(): void;
  /** "idle" when nothing happened for so long. Rejects with the signal's reason. */
  next(limitMs: number, signal: AbortSignal): Promise<"woken" | "idle">;
}

export function createWakeUp(clock: Clock): WakeUp {
  let happened = new AbortController();
  return {
    wake: () => happened.abort(),
    async next(limitMs, signal) {
      if (!happened.signal.aborted) {
        await clock.sleep(limitMs, AbortSignal.any([happened.signal, signal])).catch(() => {});
      }
      signal.throwIfAborted();
      if (!happened.signal.aborted) return "idle";
      happened = new AbortController();
      return "woken";
    },
  };
}
