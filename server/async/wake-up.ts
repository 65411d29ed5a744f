import type { Clock } from "../ports/clock.ts";
import { link } from "./linked-abort.ts";

/** Remembers that something happened until somebody asks, so that no event is lost between reading and waiting. */
export interface WakeUp {
  wake(): void;
  /**
   * Resolves with "idle" when nothing happened within the limit. Rejects with the signal's reason. It serves one
   * waiter, not several.
   */
  next(limitMs: number, signal: AbortSignal): Promise<"woken" | "idle">;
}

export function createWakeUp(clock: Clock): WakeUp {
  let hasHappened = false;
  let rouse = () => {};
  return {
    wake() {
      hasHappened = true;
      rouse();
    },
    async next(limitMs, signal) {
      using sleep = link(signal);
      rouse = () => sleep.now(new Error("something happened"));
      // Ends the losing wait at once; otherwise each call would leave a timer and a listener behind.
      if (!hasHappened) await clock.sleep(limitMs, sleep.signal).catch(() => {});
      signal.throwIfAborted();
      const happened = hasHappened;
      hasHappened = false;
      return happened ? "woken" : "idle";
    },
  };
}
