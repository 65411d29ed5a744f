import { describe, expect, test } from "vitest";
import type { BuildLimiter } from "../../../server/ports/host/build-limiter.ts";
import type { Firewall } from "../../../server/ports/host/firewall.ts";

/** The firewall and the build limiter share this shape: both put something in place that other programs may remove. */
export type HostGuard = Firewall | BuildLimiter;

export interface GuardedHost {
  readonly guard: HostGuard;
  /** Removes what the guard has put in place, as a reboot or another program would. */
  clear(): Promise<void>;
  /** Whether the guard's rules or limits are in place at the moment. */
  isInPlace(): Promise<boolean>;
}

const never = new AbortController().signal;

/**
 * The contract of a Firewall and a BuildLimiter. `makeImpossible` makes a host on which nothing can be put in place.
 */
export function hostGuardContract(
  name: string,
  make: () => Promise<GuardedHost>,
  makeImpossible: () => Promise<HostGuard>,
): void {
  describe(`${name} guards the host`, () => {
    test("knows nothing before it was asked, and afterwards what it found", async () => {
      const { guard } = await make();
      expect(guard.state()).toBeNull();
      const found = await guard.apply(never);
      expect(found).toMatchObject({ type: "held" });
      expect(guard.state()).toEqual(found);
    });

    test("puts back what others have taken away", async () => {
      const { guard, clear, isInPlace } = await make();
      await guard.apply(never);
      expect(await isInPlace()).toBe(true);
      await clear();
      expect(await isInPlace()).toBe(false);
      expect(await guard.apply(never)).toMatchObject({ type: "held" });
      expect(await isInPlace()).toBe(true);
    });

    test("takes its own away, also twice, and can put it back", async () => {
      const { guard, isInPlace } = await make();
      await guard.apply(never);
      await guard.remove(never);
      await guard.remove(never);
      expect(await isInPlace()).toBe(false);
      await guard.apply(never);
      expect(await isInPlace()).toBe(true);
    });

    test("says as a clause why nothing is in place, instead of rejecting", async () => {
      const guard = await makeImpossible();
      const found = await guard.apply(never);
      expect(found).toEqual({ type: "missing", why: expect.stringMatching(/^[^.]+[^.]$/) });
      expect(guard.state()).toEqual(found);
    });

    test("rejects with the reason when it is aborted", async () => {
      const guard = await makeImpossible();
      const reason = new Error("the server stops");
      await expect(guard.apply(AbortSignal.abort(reason))).rejects.toBe(reason);
    });
  });
}
