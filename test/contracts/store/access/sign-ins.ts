import { beforeEach, expect, it } from "vitest";
import type { User } from "../../../../server/model/access/user.ts";
import type { PasskeyId } from "../../../../server/model/names/ids.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import type { MakeStore } from "../lifecycle.ts";
import { aUser, later, now } from "./people.ts";

export function signInsContract(make: MakeStore): void {
  let store: Store;
  let ada: User;
  let grace: User;
  beforeEach(async () => {
    ({ store } = await make());
    ada = await aUser(store);
    grace = await aUser(store);
  });

  it("a password is set, replaced and removed", async () => {
    expect(await store.users.passwordHash(ada.id)).toBeNull();
    for (const hash of ["$argon2id$one", "$argon2id$two", null]) {
      await store.users.setPassword(ada.id, hash);
      expect(await store.users.passwordHash(ada.id)).toBe(hash);
    }
    expect(await store.users.passwordHash(grace.id)).toBeNull();
  });

  it("a password that is hashed anew is not put back when it was changed meanwhile", async () => {
    await store.users.setPassword(ada.id, "old");
    expect(await store.users.replacePasswordHash(ada.id, { from: "old", to: "anew" })).toBe(true);
    expect(await store.users.passwordHash(ada.id)).toBe("anew");
    expect(await store.users.replacePasswordHash(ada.id, { from: "old", to: "old again" })).toBe(false);
    expect(await store.users.replacePasswordHash(grace.id, { from: "anew", to: "other" })).toBe(false);
    expect([await store.users.passwordHash(ada.id), await store.users.passwordHash(grace.id)]).toEqual(["anew", null]);
  });

  it("an account at a provider belongs to one person", async () => {
    const subject = { issuer: "https://id.example.org", subject: "ada" };
    expect(await store.users.linkOidc(ada.id, subject)).toBe("changed");
    expect(await store.users.linkOidc(ada.id, subject)).toBe("changed");
    expect(await store.users.linkOidc(grace.id, subject)).toBe("subject-taken");
    expect(await store.users.linkOidc(grace.id, { ...subject, issuer: "https://other.example.org" })).toBe("changed");
    expect(await store.users.byOidc(subject)).toMatchObject({ id: ada.id, hasOidc: true });
    expect(await store.users.linkOidc(ada.id, null)).toBe("changed");
    expect(await store.users.byOidc(subject)).toBeNull();
  });

  it("a TOTP secret asks for codes once it is confirmed, and a code works once", async () => {
    expect(await store.users.totp(ada.id)).toBeNull();
    await store.users.setTotpSecret(ada.id, "JBSWY3DPEHPK3PXP");
    expect(await store.users.totp(ada.id)).toEqual({ secret: "JBSWY3DPEHPK3PXP", confirmedAt: null });
    expect((await store.users.get(ada.id))?.hasTotp).toBe(false);
    await store.users.confirmTotp(ada.id, 100, now);
    expect(await store.users.totp(ada.id)).toEqual({ secret: "JBSWY3DPEHPK3PXP", confirmedAt: now });
    expect((await store.users.get(ada.id))?.hasTotp).toBe(true);
    expect(await Promise.all([101, 101].map((step) => store.users.useTotpStep(ada.id, step)))).toContain(false);
    for (const step of [99, 100, 101]) expect(await store.users.useTotpStep(ada.id, step)).toBe(false);
    expect(await store.users.useTotpStep(ada.id, 102)).toBe(true);
    await store.users.setTotpSecret(ada.id, null);
    expect([await store.users.totp(ada.id), (await store.users.get(ada.id))?.hasTotp]).toEqual([null, false]);
  });

  it("a recovery code works once, and new ones replace all of the old", async () => {
    await store.users.setRecoveryCodes(ada.id, ["one", "two"]);
    expect(await store.users.useRecoveryCode(grace.id, "one", now)).toBe(false);
    const both = await Promise.all([1, 2].map(() => store.users.useRecoveryCode(ada.id, "one", now)));
    expect(both.sort()).toEqual([false, true]);
    expect(await store.users.unusedRecoveryCodes(ada.id)).toBe(1);
    await store.users.setRecoveryCodes(ada.id, ["three"]);
    expect(await store.users.useRecoveryCode(ada.id, "two", now)).toBe(false);
    expect(await store.users.useRecoveryCode(ada.id, "three", now)).toBe(true);
    expect(await store.users.unusedRecoveryCodes(ada.id)).toBe(0);
  });

  it("passkeys are kept, used, renamed and removed by their owner", async () => {
    const given = {
      credentialId: `c-${ada.id}`,
      publicKey: "AQID",
      counter: 0,
      transports: ["internal"],
      name: "Laptop",
    };
    const added = await store.users.addPasskey({ ...given, userId: ada.id }, now);
    expect(added).toEqual({ ...given, userId: ada.id, id: expect.any(Number), createdAt: now, lastUsedAt: null });
    expect(await store.users.addPasskey({ ...given, userId: grace.id }, now)).toBe("credential-taken");
    const { id } = added as { id: PasskeyId };
    await store.users.passkeyUsed(id, 7, later(5));
    expect(await store.users.renamePasskey(grace.id, id, "Mine")).toBe(false);
    expect(await store.users.renamePasskey(ada.id, id, "Old laptop")).toBe(true);
    const changed = { counter: 7, lastUsedAt: later(5), name: "Old laptop" };
    expect(await store.users.passkeyByCredential(given.credentialId)).toMatchObject(changed);
    expect(await store.users.passkeys(ada.id)).toHaveLength(1);
    expect(await store.users.removePasskey(grace.id, id)).toBe(false);
    expect(await store.users.removePasskey(ada.id, id)).toBe(true);
    expect(await store.users.passkeyByCredential(given.credentialId)).toBeNull();
  });
}
