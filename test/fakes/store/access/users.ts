import type { Grant, User } from "../../../../server/model/access/user.ts";
import type { PasskeyId, UserId } from "../../../../server/model/names/ids.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import type { NewUser, UserChange } from "../../../../server/ports/store/users.ts";
import { drop, type FakeRows, nextId, type UserRow } from "../rows.ts";
import { hash } from "./access.ts";

export function createUsers(rows: FakeRows): Store["users"] {
  const change = (id: UserId, work: () => void): UserChange => {
    if (!rows.users.has(id)) return "unknown";
    const before = new Map(rows.users);
    const hadAdministrator = administrators(rows).length > 0;
    work();
    if (!hadAdministrator || administrators(rows).length > 0) return "changed";
    for (const [key, row] of before) rows.users.set(key, row);
    return "last-administrator";
  };
  const find = (isIt: (row: UserRow) => boolean) => {
    const found = [...rows.users.values()].find(isIt);
    return found ? shown(found) : null;
  };

  return {
    ...createSignIns(rows),
    ...createPasskeys(rows),
    list: async () =>
      [...rows.users.values()]
        .sort((a, b) => a.name.toLowerCase().localeCompare(b.name.toLowerCase()) || a.id - b.id)
        .map(shown),
    get: async (id) => find((row) => row.id === id),
    byEmail: async (email) => find((row) => row.email.toLowerCase() === email.toLowerCase()),
    byOidc: async ({ issuer, subject }) => find(({ oidc }) => oidc?.issuer === issuer && oidc.subject === subject),
    administratorNames: async () => administrators(rows),
    hasAny: async () => rows.users.size > 0,
    create: async (user, at) => addUser(rows, user, at),
    async rename(id, { name, email }) {
      const isTaken = [...rows.users.values()].some(
        (row) => row.id !== id && row.email.toLowerCase() === email?.toLowerCase(),
      );
      if (isTaken) return "email-taken";
      update(rows, id, { ...(name !== undefined && { name }), ...(email !== undefined && { email }) });
      return "changed";
    },
    setGrants: async (id, grants) => change(id, () => update(rows, id, { grants: existing(rows, grants) })),
    async setDisabled(id, isDisabled, at) {
      const outcome = change(id, () =>
        update(rows, id, { disabledAt: isDisabled ? (rows.users.get(id)?.disabledAt ?? at) : null }),
      );
      if (isDisabled && outcome === "changed") closeSessions(rows, id);
      return outcome;
    },
    async remove(id) {
      const outcome = change(id, () => rows.users.delete(id));
      if (outcome !== "changed") return outcome;
      closeSessions(rows, id);
      for (const [key, { userId }] of rows.tokens) if (userId === id) rows.tokens.delete(key);
      for (const [key, { userId }] of rows.links) if (userId === id) rows.links.delete(key);
      drop(rows.passkeys, ({ userId }) => userId === id);
      return outcome;
    },
  };
}

export function shown({ passwordHash, totp, oidc, recoveryCodes: _, totpStep: __, ...user }: UserRow): User {
  const hasTotp = totp?.confirmedAt != null;
  return { ...user, hasPassword: passwordHash !== null, hasTotp, hasOidc: oidc !== null };
}

/** Like the real table, whose grants go with their product. */
function existing(rows: FakeRows, grants: readonly Grant[]): readonly Grant[] {
  return grants.filter(({ productId }) => productId === null || rows.products.has(productId));
}

function administrators(rows: FakeRows): readonly string[] {
  return [...rows.users.values()]
    .filter(({ disabledAt }) => !disabledAt)
    .filter(({ grants }) => grants.some(({ role, productId }) => role === "admin" && productId === null))
    .map(({ name }) => name)
    .sort();
}

export function addUser(rows: FakeRows, user: NewUser, at: Date): User | "email-taken" {
  if ([...rows.users.values()].some(({ email }) => email.toLowerCase() === user.email.toLowerCase()))
    return "email-taken";
  const row: UserRow = {
    ...user,
    id: nextId<UserId>(rows),
    grants: existing(rows, user.grants),
    ...{ disabledAt: null, createdAt: at, lastSeenAt: null, totp: null, totpStep: null, recoveryCodes: new Map() },
  };
  rows.users.set(row.id, row);
  return shown(row);
}

export function update(rows: FakeRows, id: UserId, change: Partial<UserRow>): void {
  const row = rows.users.get(id);
  if (row) rows.users.set(id, { ...row, ...change });
}

export function closeSessions(rows: FakeRows, id: UserId): void {
  for (const [key, { owner }] of rows.sessions) if ("user" in owner && owner.user === id) rows.sessions.delete(key);
}

type SignInMethods =
  | "passwordHash"
  | "setPassword"
  | "replacePasswordHash"
  | "linkOidc"
  | "totp"
  | "setTotpSecret"
  | "confirmTotp"
  | "useTotpStep"
  | "setRecoveryCodes"
  | "useRecoveryCode"
  | "unusedRecoveryCodes";

function createSignIns(rows: FakeRows): Pick<Store["users"], SignInMethods> {
  return {
    passwordHash: async (id) => rows.users.get(id)?.passwordHash ?? null,
    setPassword: async (id, passwordHash) => update(rows, id, { passwordHash }),
    async replacePasswordHash(id, { from, to }) {
      if (rows.users.get(id)?.passwordHash !== from) return false;
      update(rows, id, { passwordHash: to });
      return true;
    },
    async linkOidc(id, oidc) {
      const isTaken = [...rows.users.values()].some(
        (row) => row.id !== id && oidc && row.oidc?.issuer === oidc.issuer && row.oidc.subject === oidc.subject,
      );
      if (isTaken) return "subject-taken";
      update(rows, id, { oidc });
      return "changed";
    },
    totp: async (id) => rows.users.get(id)?.totp ?? null,
    setTotpSecret: async (id, secret) =>
      update(rows, id, { totp: secret === null ? null : { secret, confirmedAt: null }, totpStep: null }),
    async confirmTotp(id, step, at) {
      const totp = rows.users.get(id)?.totp;
      if (totp) update(rows, id, { totp: { ...totp, confirmedAt: at }, totpStep: step });
    },
    async useTotpStep(id, step) {
      const row = rows.users.get(id);
      if (!row || (row.totpStep !== null && row.totpStep >= step)) return false;
      update(rows, id, { totpStep: step });
      return true;
    },
    setRecoveryCodes: async (id, codes) =>
      update(rows, id, { recoveryCodes: new Map(codes.map((code) => [hash(code), null])) }),
    async useRecoveryCode(id, code, at) {
      const codes = rows.users.get(id)?.recoveryCodes;
      if (!codes?.has(hash(code)) || codes.get(hash(code))) return false;
      update(rows, id, { recoveryCodes: new Map([...codes, [hash(code), at]]) });
      return true;
    },
    unusedRecoveryCodes: async (id) =>
      [...(rows.users.get(id)?.recoveryCodes.values() ?? [])].filter((usedAt) => usedAt === null).length,
  };
}

type PasskeyMethods =
  | "passkeys"
  | "passkeyByCredential"
  | "addPasskey"
  | "passkeyUsed"
  | "renamePasskey"
  | "removePasskey";

function createPasskeys(rows: FakeRows): Pick<Store["users"], PasskeyMethods> {
  const place = (user: UserId, id: PasskeyId) =>
    rows.passkeys.findIndex((passkey) => passkey.userId === user && passkey.id === id);
  const change = (index: number, by: object) => {
    const passkey = rows.passkeys[index];
    if (passkey) rows.passkeys[index] = { ...passkey, ...by };
    return passkey !== undefined;
  };
  return {
    passkeys: async (id) => rows.passkeys.filter(({ userId }) => userId === id),
    passkeyByCredential: async (id) => rows.passkeys.find(({ credentialId }) => credentialId === id) ?? null,
    async addPasskey(given, at) {
      if (rows.passkeys.some(({ credentialId }) => credentialId === given.credentialId)) return "credential-taken";
      const passkey = { ...given, id: nextId<PasskeyId>(rows), createdAt: at, lastUsedAt: null };
      rows.passkeys.push(passkey);
      return passkey;
    },
    async passkeyUsed(id, counter, at) {
      change(
        rows.passkeys.findIndex((passkey) => passkey.id === id),
        { counter, lastUsedAt: at },
      );
    },
    renamePasskey: async (user, id, name) => change(place(user, id), { name }),
    removePasskey: async (user, id) => {
      const index = place(user, id);
      return index !== -1 && rows.passkeys.splice(index, 1).length > 0;
    },
  };
}
