import type { Clock } from "../ports/clock.ts";
import { link } from "./linked-abort.ts";

/** Remembers that something happened until it is asked, so that nothing falls between reading and waiting. */
export interface WakeUp {
  wake(): void;
  /** "idle" when nothing happened for so long. Rejects with the signal's reason. For one who waits, not for several. */
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
      // Woken, it ends at once: a wait that went on beside the next ones would leave a timer and a listener each time.
      if (!hasHappened) await clock.sleep(limitMs, sleep.signal).catch(() => {});
      signal.throwIfAborted();
      const happened = hasHappened;
      hasHappened = false;
      return happened ? "woken" : "idle";
    },
  };
}
