import { beforeEach, describe, expect, it } from "vitest";
import { everything } from "../../../../server/model/access/principal.ts";
import { scopes } from "../../../../server/model/access/scope.ts";
import type { SessionId, TokenId } from "../../../../server/model/names/ids.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { aProduct, type MakeStore } from "../lifecycle.ts";
import { aSession, aToken, aUser, day, later, now, principalOf } from "./people.ts";

export function accessContract(make: MakeStore): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });

  describe("the server's own token", () => {
    it("is one", async () => {
      expect(await store.access.hasToken()).toBe(false);
      const added = await Promise.all(["one", "two"].map((token) => store.access.addFirstToken("admin", token)));
      expect(added.sort()).toEqual([false, true]);
      expect(await store.access.hasToken()).toBe(true);
    });

    it("may do everything", async () => {
      await store.access.addFirstToken("admin", "the token");
      expect(await principalOf(store, "the token")).toEqual({
        ...{ name: "admin", userId: null, sessionId: null, grants: everything, scopes, productIds: null },
        token: { id: expect.any(Number), name: "admin" },
      });
      for (const wrong of ["", "the token ", "THE TOKEN"])
        expect(await store.access.identify(wrong, now)).toEqual({ type: "unknown" });
    });

    it("can be set, and set again", async () => {
      await store.access.addFirstToken("admin", "old");
      for (const token of ["new", "new", "old", "newest"]) await store.access.setAdminToken("root", token);
      expect(await principalOf(store, "newest")).toMatchObject({ name: "root" });
      for (const former of ["old", "new"]) expect(await principalOf(store, former)).toBeNull();
    });

    it("works again when it is set after somebody revoked it", async () => {
      await store.access.setAdminToken("root", "mine");
      const [token] = await store.access.listTokens("all");
      await store.access.revokeToken(token?.id as TokenId, now);
      expect(await principalOf(store, "mine")).toBeNull();
      await store.access.setAdminToken("root", "mine");
      expect(await principalOf(store, "mine")).toMatchObject({ name: "root" });
    });

    it("ends its sessions when it is changed, and not when the same one is set again", async () => {
      await store.access.setAdminToken("admin", "first");
      const { token } = (await principalOf(store, "first")) ?? {};
      const mine = await aSession(store, { token: token?.id as TokenId });
      const other = await aSession(store, { user: (await aUser(store)).id });
      await store.access.setAdminToken("admin", "first");
      expect(await store.access.session(mine, now)).not.toBeNull();
      await store.access.setAdminToken("admin", "second");
      expect(await store.access.session(mine, now)).toBeNull();
      expect(await store.access.session(other, now)).not.toBeNull();
    });
  });

  describe("a user's token", () => {
    it("has its owner's grants, and its own scopes and products", async () => {
      const { product } = await aProduct(store);
      const user = await aUser(store, { grants: [{ role: "deployer", productId: product.id }] });
      const token = await aToken(store, user.id, {
        ...{ name: "ci", token: "t", scopes: ["git:push", "read"], productIds: [product.id] },
      });
      expect(token).toMatchObject({
        name: "ci",
        userId: user.id,
        scopes: ["read", "git:push"],
        hint: "baton_abcdefgh",
      });
      expect(await principalOf(store, "t")).toEqual({
        ...{ name: user.name, userId: user.id, token: { id: token.id, name: "ci" }, sessionId: null },
        grants: [{ role: "deployer", productId: product.id }],
        ...{ scopes: ["read", "git:push"], productIds: [product.id] },
      });
    });

    it("follows what its owner may do", async () => {
      const user = await aUser(store, { grants: [] });
      await aToken(store, user.id, { token: "t" });
      await store.users.setGrants(user.id, [{ role: "viewer", productId: null }]);
      expect((await principalOf(store, "t"))?.grants).toEqual([{ role: "viewer", productId: null }]);
    });

    it("that was limited to a product stays limited when that is gone", async () => {
      const { product } = await aProduct(store);
      await aToken(store, null, { token: "t", productIds: [product.id] });
      await store.products.markDeleted(product.id, { keepVolumes: false });
      await store.products.purge(product.id);
      expect((await principalOf(store, "t"))?.productIds).toEqual([]);
    });

    it("says since when it does not work any more", async () => {
      const user = await aUser(store, { grants: [] });
      const token = await aToken(store, user.id, { token: "t", expiresAt: later(day) });
      expect(await principalOf(store, "t", later(day - 1))).not.toBeNull();
      expect(await store.access.identify("t", later(day))).toEqual({ type: "expired", name: "ci", at: later(day) });
      await store.users.setDisabled(user.id, true, now);
      expect(await store.access.identify("t", now)).toEqual({ type: "disabled", name: "ci" });
      expect(await store.access.revokeToken(token.id, now)).toBe(true);
      expect(await store.access.revokeToken(token.id, later(1))).toBe(false);
      expect(await store.access.identify("t", now)).toEqual({ type: "revoked", name: "ci", at: now });
    });

    it("is listed for its owner until it is revoked, newest first", async () => {
      const [ada, grace] = [await aUser(store), await aUser(store)];
      const [first, second] = [await aToken(store, ada.id), await aToken(store, ada.id)];
      const other = await aToken(store, grace.id);
      expect(await store.access.listTokens(ada.id)).toEqual([second, first]);
      expect(await store.access.listTokens("all")).toEqual([other, second, first]);
      expect(await store.access.getToken(first.id)).toEqual(first);
      await store.access.revokeToken(first.id, now);
      expect(await store.access.listTokens(ada.id)).toEqual([second]);
      expect(await store.access.getToken(first.id)).toBeNull();
    });
  });

  describe("a session", () => {
    it("lasts until it ends, by time or by hand", async () => {
      const user = await aUser(store);
      const secret = await aSession(store, { user: user.id }, { expiresAt: later(day) });
      expect(Buffer.from(secret, "base64url")).toHaveLength(32);
      expect(await store.access.session(secret, later(day - 1))).toEqual({
        ...{ name: user.name, userId: user.id, token: null, sessionId: expect.any(Number) },
        ...{ grants: user.grants, scopes: null, productIds: null },
      });
      expect(await store.access.session(secret, later(day))).toBeNull();
      expect(await store.access.session(`${secret}x`, now)).toBeNull();
      await store.access.closeSession(secret);
      expect(await store.access.session(secret, now)).toBeNull();
    });

    it("of somebody who signed in with a token has that token's rights, and ends with it", async () => {
      const user = await aUser(store);
      const token = await aToken(store, user.id, { scopes: ["read"], expiresAt: later(day) });
      const secret = await aSession(store, { token: token.id });
      expect(await store.access.session(secret, now)).toMatchObject({
        ...{ name: user.name, userId: user.id, token: { id: token.id, name: "ci" }, scopes: ["read"] },
      });
      expect(await store.access.session(secret, later(day))).toBeNull();
      await store.access.revokeToken(token.id, now);
      expect(await store.access.session(secret, now)).toBeNull();
    });

    it("is listed with its device, and can be ended by its owner only", async () => {
      const [ada, grace] = [await aUser(store), await aUser(store)];
      const old = await aSession(store, { user: ada.id }, { device: "Firefox" });
      await aSession(store, { user: ada.id }, { expiresAt: later(1) });
      const current = await aSession(store, { user: ada.id }, { device: "curl", address: null });
      const id = (await store.access.session(current, now))?.sessionId as SessionId;
      await store.access.stampUses([
        { tokenId: null, sessionId: id, userId: ada.id, address: "192.0.2.9", at: later(2) },
      ]);
      const listed = await store.access.listSessions(ada.id, later(3));
      expect(listed.map(({ device, address }) => [device, address])).toEqual([
        ["curl", "192.0.2.9"],
        ["Firefox", "192.0.2.7"],
      ]);
      expect(await store.access.closeSessionOf(grace.id, id)).toBe(false);
      expect(await store.access.closeOtherSessions(ada.id, id)).toBeGreaterThan(0);
      expect(await store.access.session(old, now)).toBeNull();
      expect(await store.access.closeSessionOf(ada.id, id)).toBe(true);
      expect(await store.access.session(current, now)).toBeNull();
    });

    it("notes when the second factor was given", async () => {
      const user = await aUser(store);
      const secret = await aSession(store, { user: user.id });
      const id = (await store.access.session(secret, now))?.sessionId as SessionId;
      await store.access.markSecondFactor(id, later(5));
      expect((await store.access.listSessions(user.id, now))[0]).toMatchObject({ secondFactorAt: later(5) });
    });
  });

  it("a use is stamped on token and user, and an earlier one changes nothing", async () => {
    const user = await aUser(store);
    const { id } = await aToken(store, user.id);
    const use = { tokenId: id, sessionId: null, userId: user.id };
    await store.access.stampUses([
      { ...use, address: "192.0.2.1", at: later(10) },
      { ...use, address: "192.0.2.2", at: later(5) },
    ]);
    await store.access.stampUses([{ ...use, address: "192.0.2.3", at: later(1) }]);
    expect(await store.access.getToken(id)).toMatchObject({ lastUsedAt: later(10), lastUsedAddress: "192.0.2.1" });
    expect(await store.users.get(user.id)).toMatchObject({ lastSeenAt: later(10) });
  });
}
