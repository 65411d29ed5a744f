import { beforeEach, describe, expect, it } from "vitest";
import type { UserId } from "../../../../server/model/names/ids.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { aProduct, type MakeStore } from "../lifecycle.ts";
import { anInvitation, aSession, aToken, aUser, later, now, principalOf } from "./people.ts";

const nobody = 999_999 as UserId;

export function usersContract(make: MakeStore): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });

  describe("people", () => {
    it("are listed by name, with what they may do", async () => {
      expect(await store.users.hasAny()).toBe(false);
      const { product } = await aProduct(store);
      const grants = [
        { role: "viewer", productId: null },
        { role: "maintainer", productId: product.id },
      ] as const;
      const grace = await aUser(store, { name: "grace", email: "grace@example.org", grants });
      const ada = await aUser(store, { name: "Ada", passwordHash: "$argon2id$" });
      expect(await store.users.list()).toEqual([ada, grace]);
      expect(await store.users.get(grace.id)).toEqual({
        ...{
          id: grace.id,
          name: "grace",
          email: "grace@example.org",
          disabledAt: null,
          createdAt: now,
          lastSeenAt: null,
        },
        ...{ grants, hasPassword: false, hasTotp: false, hasOidc: false },
      });
      expect(ada.hasPassword).toBe(true);
      expect(await store.users.hasAny()).toBe(true);
      expect(await store.users.get(nobody)).toBeNull();
    });

    it("have an address that nobody else has, whatever its case", async () => {
      const ada = await aUser(store, { email: "Ada@Example.org" });
      const grace = await aUser(store);
      expect((await store.users.byEmail("aDA@example.ORG"))?.id).toBe(ada.id);
      expect(await store.users.byEmail("nobody@example.org")).toBeNull();
      const other = { name: "Other", email: "ada@example.org", grants: [], passwordHash: null, oidc: null };
      expect(await store.users.create(other, now)).toBe("email-taken");
      expect(await store.users.rename(grace.id, { email: "ADA@example.org" })).toBe("email-taken");
      expect(await store.users.rename(ada.id, { name: "Ada L.", email: "ADA@example.org" })).toBe("changed");
      expect(await store.users.get(ada.id)).toMatchObject({ name: "Ada L.", email: "ADA@example.org" });
    });

    it("get other grants, and none for a product that is gone", async () => {
      const { product } = await aProduct(store);
      const user = await aUser(store, { grants: [] });
      const grant = { role: "deployer", productId: product.id } as const;
      expect(await store.users.setGrants(user.id, [grant])).toBe("changed");
      expect((await store.users.get(user.id))?.grants).toEqual([grant]);
      await store.products.markDeleted(product.id, { keepVolumes: false });
      await store.products.purge(product.id);
      expect((await store.users.get(user.id))?.grants).toEqual([]);
      expect(await store.users.setGrants(user.id, [grant])).toBe("changed");
      expect((await store.users.get(user.id))?.grants).toEqual([]);
      expect(await store.users.setGrants(nobody, [])).toBe("unknown");
    });

    it("who are disabled lose their sessions, and their tokens for as long as they are", async () => {
      await aUser(store);
      const user = await aUser(store);
      const session = await aSession(store, { user: user.id });
      await aToken(store, user.id, { token: "t" });
      expect(await store.users.setDisabled(user.id, true, now)).toBe("changed");
      expect(await store.users.setDisabled(user.id, true, later(5))).toBe("changed");
      expect((await store.users.get(user.id))?.disabledAt).toEqual(now);
      expect([await store.access.session(session, now), await principalOf(store, "t")]).toEqual([null, null]);
      expect(await store.users.setDisabled(user.id, false, now)).toBe("changed");
      expect(await store.access.session(session, now)).toBeNull();
      expect(await principalOf(store, "t")).not.toBeNull();
      expect(await store.users.setDisabled(nobody, true, now)).toBe("unknown");
    });

    it("who are removed take everything of theirs along", async () => {
      await aUser(store);
      const user = await aUser(store);
      const session = await aSession(store, { user: user.id });
      await aToken(store, user.id, { token: "t" });
      const link = await store.links.create({ ...anInvitation, kind: "password-reset", userId: user.id }, now);
      expect(await store.users.remove(user.id)).toBe("changed");
      expect(await store.users.get(user.id)).toBeNull();
      expect(await store.access.session(session, now)).toBeNull();
      expect(await store.access.identify("t", now)).toEqual({ type: "unknown" });
      expect(await store.links.find(link.secret)).toBeNull();
      expect(await store.users.remove(user.id)).toBe("unknown");
    });
  });

  describe("the last administrator", () => {
    it("stays", async () => {
      const ada = await aUser(store, { name: "Ada" });
      await aUser(store, { grants: [{ role: "maintainer", productId: null }] });
      expect(await store.users.administratorNames()).toEqual(["Ada"]);
      const viewer = [{ role: "viewer", productId: null }] as const;
      expect(await store.users.setGrants(ada.id, viewer)).toBe("last-administrator");
      expect(await store.users.setDisabled(ada.id, true, now)).toBe("last-administrator");
      expect(await store.users.remove(ada.id)).toBe("last-administrator");
      expect(await store.users.get(ada.id)).toEqual(ada);
    });

    it("is not one who is disabled, or one for a single product", async () => {
      const { product } = await aProduct(store);
      const ada = await aUser(store, { name: "Ada" });
      const grace = await aUser(store, { name: "Grace" });
      await aUser(store, { grants: [{ role: "admin", productId: product.id }] });
      expect(await store.users.administratorNames()).toEqual(["Ada", "Grace"]);
      expect(await store.users.setDisabled(grace.id, true, now)).toBe("changed");
      expect(await store.users.remove(ada.id)).toBe("last-administrator");
    });

    it("stays when two go at once", async () => {
      const both = [await aUser(store), await aUser(store)];
      const outcomes = await Promise.all(both.map(({ id }) => store.users.remove(id)));
      expect(outcomes.sort()).toEqual(["changed", "last-administrator"]);
    });
  });
}
