import { beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../../../../server/ports/store/store.ts";
import type { NewLink } from "../../../../server/ports/store/users.ts";
import { aProduct, type MakeStore } from "../lifecycle.ts";
import { anInvitation, aSession, aUser, day, later, now } from "./people.ts";

const grace = { name: "Grace", email: "grace@example.org", passwordHash: "$argon2id$", oidc: null };

export function linksContract(make: MakeStore): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });
  const secretOf = async (changes: Partial<NewLink> = {}) =>
    (await store.links.create({ ...anInvitation, ...changes }, now)).secret;

  describe("an invitation", () => {
    it("is found by its secret, and listed until it is used, removed or old", async () => {
      const { link, secret } = await store.links.create(anInvitation, now);
      expect(link).toEqual({ ...anInvitation, id: expect.any(Number), createdAt: now, usedAt: null });
      expect(Buffer.from(secret, "base64url")).toHaveLength(32);
      expect(await store.links.find(secret)).toEqual(link);
      expect(await store.links.find(`${secret}x`)).toBeNull();
      const second = await store.links.create({ ...anInvitation, expiresAt: later(day) }, now);
      expect(await store.links.listOpen(now)).toEqual([second.link, link]);
      expect(await store.links.listOpen(later(day))).toEqual([link]);
      expect(await store.links.remove(link.id)).toBe(true);
      expect(await store.links.remove(link.id)).toBe(false);
      expect(await store.links.listOpen(later(day))).toEqual([]);
    });

    it("makes one user with its grants, also when it is used twice at once", async () => {
      const secret = await secretOf();
      const other = { ...grace, email: "other@example.org" };
      const made = await Promise.all([grace, other].map((user) => store.links.makeUser(secret, user, now)));
      expect(made).toContain("used");
      const users = await store.users.list();
      expect(users).toMatchObject([{ name: "Grace", grants: anInvitation.grants, hasPassword: true }]);
      expect(await store.links.find(secret)).toMatchObject({ usedAt: now });
      expect(await store.links.listOpen(now)).toEqual([]);
    });

    it("can be used with another address when the first is taken", async () => {
      await aUser(store, { email: "Grace@example.org" });
      const secret = await secretOf();
      expect(await store.links.makeUser(secret, grace, now)).toBe("email-taken");
      expect(await store.links.makeUser(secret, { ...grace, email: "g@example.org" }, now)).toMatchObject({
        email: "g@example.org",
      });
    });

    it("gives no rights to a product that is gone", async () => {
      const { product } = await aProduct(store);
      const secret = await secretOf({ grants: [{ role: "admin", productId: product.id }] });
      await store.products.markDeleted(product.id, { keepVolumes: false });
      await store.products.purge(product.id);
      expect(await store.links.makeUser(secret, grace, now)).toMatchObject({ grants: [] });
    });

    it("makes nobody when it is too old, unknown, or for something else", async () => {
      const user = await aUser(store);
      const reset = await secretOf({ kind: "password-reset", userId: user.id });
      expect(await store.links.makeUser(await secretOf(), grace, later(3 * day))).toBe("expired");
      for (const secret of ["x", reset]) expect(await store.links.makeUser(secret, grace, now)).toBe("unknown");
    });
  });

  it("of two who want to be the first administrator, one is", async () => {
    const first = { kind: "first-administrator", grants: [{ role: "admin", productId: null }] } as const;
    const secrets = [await secretOf(first), await secretOf(first)];
    const made = await Promise.all(
      secrets.map((secret, index) => store.links.makeUser(secret, { ...grace, email: `${index}@example.org` }, now)),
    );
    expect(made.filter((one) => one === "user-exists")).toHaveLength(1);
    expect(await store.users.administratorNames()).toEqual(["Grace"]);
  });

  it("a reset sets the password once and ends all sessions", async () => {
    const user = await aUser(store, { passwordHash: "$argon2id$old" });
    const session = await aSession(store, { user: user.id });
    const secret = await secretOf({ kind: "password-reset", userId: user.id });
    expect(await store.links.resetPassword(secret, "$argon2id$new", now)).toMatchObject({ id: user.id });
    expect(await store.users.passwordHash(user.id)).toBe("$argon2id$new");
    expect(await store.access.session(session, now)).toBeNull();
    expect(await store.links.resetPassword(secret, "$argon2id$newer", now)).toBe("used");
    expect(await store.links.resetPassword(await secretOf(), "$argon2id$", now)).toBe("unknown");
  });

  it("a sign-in link lets its user in once, unless they are disabled", async () => {
    await aUser(store);
    const user = await aUser(store);
    const kind = "sign-in" as const;
    const secrets = [await secretOf({ kind, userId: user.id }), await secretOf({ kind, userId: user.id })];
    expect(await store.links.signIn(secrets[0] ?? "", now)).toMatchObject({ id: user.id });
    expect(await store.links.signIn(secrets[0] ?? "", now)).toBe("used");
    expect(await store.links.signIn(secrets[1] ?? "", later(3 * day))).toBe("expired");
    await store.users.setDisabled(user.id, true, now);
    expect(await store.links.signIn(secrets[1] ?? "", now)).toBe("unknown");
  });
}
