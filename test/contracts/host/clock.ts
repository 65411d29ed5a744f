import { describe, expect, test } from "vitest";
import type { Clock } from "../../../server/ports/clock.ts";

/** A clock under test, and a way to let time pass until a promise is settled. */
export interface ClockScene {
  readonly clock: Clock;
  settled<T>(promise: Promise<T>): Promise<T>;
}

const never = new AbortController().signal;

/** The contract of a clock. */
export function clockContract(open: () => ClockScene): void {
  const { clock, settled } = open();
  const aborted = (signal: AbortSignal) =>
    new Promise<unknown>((resolve) => signal.addEventListener("abort", () => resolve(signal.reason)));

  describe("a sleep", () => {
    test("takes as long as it is asked to, by both clocks", async () => {
      const [beganMs, began] = [clock.monotonicMs(), clock.now().getTime()];
      await settled(clock.sleep(40, never));
      // A timer may fire a fraction of a millisecond early, and dates have no fractions.
      expect(clock.monotonicMs() - beganMs).toBeGreaterThanOrEqual(39);
      expect(clock.now().getTime() - began).toBeGreaterThanOrEqual(38);
    });

    test("of less time is over before one of more", async () => {
      const order: number[] = [];
      const sleep = async (ms: number) => {
        await clock.sleep(ms, never);
        order.push(ms);
      };
      await settled(Promise.all([sleep(60), sleep(10), sleep(30)]));
      expect(order).toEqual([10, 30, 60]);
    });

    test("ends with its signal's reason, also when that was aborted before", async () => {
      const abort = new AbortController();
      const reason = new Error("cancelled");
      const asleep = clock.sleep(60_000, abort.signal);
      abort.abort(reason);
      await expect(asleep).rejects.toBe(reason);
      await expect(clock.sleep(60_000, abort.signal)).rejects.toBe(reason);
    });
  });

  describe("a time limit", () => {
    test("is aborted when it is over, and not before", async () => {
      const signal = clock.timeout(40);
      const began = clock.monotonicMs();
      expect(signal.aborted).toBe(false);
      expect(await settled(aborted(signal))).toMatchObject({ name: "TimeoutError" });
      expect(clock.monotonicMs() - began).toBeGreaterThanOrEqual(39);
    });
  });
}
