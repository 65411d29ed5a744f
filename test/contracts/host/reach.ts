import { describe, expect, test } from "vitest";
import type { Reach } from "../../../server/ports/host/reach.ts";

const never = new AbortController().signal;

/** The contract of how this machine is reached. Nothing here contacts the internet. */
export function reachContract(reach: Reach): void {
  describe("the way to this machine", () => {
    test("has addresses other than loopback ones", () => {
      for (const address of reach.ownAddresses()) expect(address).not.toMatch(/^(?:127\.|::1$)/);
    });

    test("leads nowhere for a name that nobody knows", async () => {
      expect(["missing", "unknown"]).toContain((await reach.lookUp("nobody.invalid", never)).type);
      expect(await reach.addressesOf("nobody.invalid", AbortSignal.timeout(2_000))).toEqual([]);
    });

    test("is not asked for when nobody waits any more", async () => {
      const gone = AbortSignal.abort(new Error("cancelled"));
      await expect(reach.lookUp("nobody.invalid", gone)).rejects.toThrow("cancelled");
      expect(await reach.addressesOf("nobody.invalid", gone)).toEqual([]);
      await expect(reach.certificate("nobody.invalid", 1, gone)).rejects.toThrow("cancelled");
    });

    test("is closed where nothing listens", async () => {
      expect(await reach.accepts("127.0.0.1", 1, 1_000)).toBe(false);
    });

    test("has no certificate where nothing listens", async () => {
      expect(await reach.certificate("nobody.invalid", 1, never)).toEqual({ type: "none" });
    });
  });
}
