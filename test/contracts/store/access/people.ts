import type { ApiToken } from "../../../../server/model/access/api-token.ts";
import type { Principal } from "../../../../server/model/access/principal.ts";
import { scopes } from "../../../../server/model/access/scope.ts";
import type { SessionOwner } from "../../../../server/model/access/session.ts";
import type { User } from "../../../../server/model/access/user.ts";
import type { UserId } from "../../../../server/model/names/ids.ts";
import type { NewSession, NewToken } from "../../../../server/ports/store/access.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import type { NewLink, NewUser } from "../../../../server/ports/store/users.ts";

export const now = new Date("2026-05-04T12:00:00Z");
export const later = (ms: number) => new Date(now.getTime() + ms);
export const day = 24 * 60 * 60 * 1000;

let people = 0;

/** A user with a name and an address that no other has; an administrator, unless `changes` say otherwise. */
export async function aUser(store: Store, changes: Partial<NewUser> = {}): Promise<User> {
  people += 1;
  const grants = [{ role: "admin", productId: null }] as const;
  const named = { name: `Ada ${people}`, email: `ada-${people}@example.org` };
  const made = await store.users.create({ ...named, grants, passwordHash: null, oidc: null, ...changes }, now);
  if (made === "email-taken") throw new Error("the user was not made");
  return made;
}

/** A token that may do everything and never expires, unless `changes` say otherwise. */
export async function aToken(store: Store, userId: UserId | null, changes: Partial<NewToken> = {}): Promise<ApiToken> {
  people += 1;
  const plain = { name: "ci", token: `token-${people}`, hint: "baton_abcdefgh", scopes, productIds: null };
  return store.access.addToken({ ...plain, userId, expiresAt: null, ...changes }, now);
}

export function aSession(store: Store, owner: SessionOwner, changes: Partial<NewSession> = {}): Promise<string> {
  const plain = { expiresAt: new Date("2100-01-01"), device: "Firefox", address: "192.0.2.7", secondFactorAt: null };
  return store.access.openSession({ owner, ...plain, ...changes }, now);
}

export const anInvitation: NewLink = {
  kind: "invitation",
  email: "grace@example.org",
  grants: [{ role: "deployer", productId: null }],
  userId: null,
  createdBy: "Ada",
  expiresAt: later(3 * day),
};

/** The rights of a token, or null when it opens nothing. */
export async function principalOf(store: Store, token: string, at = now): Promise<Principal | null> {
  const found = await store.access.identify(token, at);
  return found.type === "known" ? found.principal : null;
}
