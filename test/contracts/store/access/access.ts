import { beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "../../../../server/ports/clock.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import type { MakeStore } from "../lifecycle.ts";

export function accessContract(make: MakeStore): void {
  let store: Store;
  let clock: Pick<Clock, "now">;
  beforeEach(async () => {
    ({ store, clock } = await make());
  });

  describe("access", () => {
    it("has one first token", async () => {
      expect(await store.access.hasToken()).toBe(false);
      const added = await Promise.all(["one", "two"].map((token) => store.access.addFirstToken("admin", token)));
      expect(added.sort()).toEqual([false, true]);
      expect(await store.access.hasToken()).toBe(true);
    });

    it("knows who a token is", async () => {
      await store.access.addFirstToken("admin", "the token");
      expect(await store.access.identify("the token")).toEqual({ name: "admin" });
      for (const wrong of ["", "the token ", "THE TOKEN"]) expect(await store.access.identify(wrong)).toBeNull();
    });

    it("lets the administrator's token be set, and set again", async () => {
      await store.access.addFirstToken("admin", "old");
      for (const token of ["new", "new", "old", "newest"]) await store.access.setAdminToken("root", token);
      expect(await store.access.identify("newest")).toEqual({ name: "root" });
      for (const former of ["old", "new"]) expect(await store.access.identify(former)).toBeNull();
    });

    it("keeps sessions until they end, by time or by hand", async () => {
      const end = new Date(clock.now().getTime() + 60_000);
      const secret = await store.access.openSession({ name: "ada" }, end);
      expect(Buffer.from(secret, "base64url")).toHaveLength(32);
      expect(await store.access.session(secret, new Date(end.getTime() - 1))).toEqual({ name: "ada" });
      expect(await store.access.session(secret, end)).toBeNull();
      expect(await store.access.session(`${secret}x`, clock.now())).toBeNull();
      await store.access.closeSession(secret);
      expect(await store.access.session(secret, clock.now())).toBeNull();
    });

    it("ends the administrator's sessions with a token that is changed, and not with the same one set again", async () => {
      const end = new Date(clock.now().getTime() + 60_000);
      await store.access.setAdminToken("admin", "first");
      const [mine, other] = [
        await store.access.openSession({ name: "admin" }, end),
        await store.access.openSession({ name: "ada" }, end),
      ];
      await store.access.setAdminToken("admin", "first");
      expect(await store.access.session(mine, clock.now())).not.toBeNull();
      await store.access.setAdminToken("admin", "second");
      expect(await store.access.session(mine, clock.now())).toBeNull();
      expect(await store.access.session(other, clock.now())).toEqual({ name: "ada" });
    });
  });
}
