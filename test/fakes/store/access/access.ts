import { createHash, randomBytes } from "node:crypto";
import type { ApiToken } from "../../../../server/model/access/api-token.ts";
import { everything, type Principal } from "../../../../server/model/access/principal.ts";
import { scopes as everyScope } from "../../../../server/model/access/scope.ts";
import type { BrowserSession } from "../../../../server/model/access/session.ts";
import type { SessionId, TokenId, UserId } from "../../../../server/model/names/ids.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { type FakeRows, nextId, type TokenRow } from "../rows.ts";

export const hash = (secret: string) => createHash("sha256").update(secret).digest("hex");

export function createAccess(rows: FakeRows): Store["access"] {
  const byId = (id: TokenId | null) => [...rows.tokens.values()].find((row) => row.id === id) ?? null;

  function setServerToken(name: string, token: string): void {
    const id = rows.tokens.get(hash(token))?.id ?? nextId<TokenId>(rows);
    rows.tokens.set(hash(token), {
      ...{ id, name, administrator: true, userId: null, scopes: everyScope, productIds: null, hint: null },
      ...{ createdAt: new Date(0), expiresAt: null, revokedAt: null, lastUsedAt: null, lastUsedAddress: null },
    });
  }

  function forgetSessionsOf(id: TokenId): void {
    for (const [key, { owner }] of rows.sessions) if ("token" in owner && owner.token === id) rows.sessions.delete(key);
  }

  function principalOf(token: TokenRow | null, user: UserId | null, sessionId: SessionId | null): Principal {
    const owner = user === null ? null : rows.users.get(user);
    return {
      name: owner?.name ?? token?.name ?? "",
      userId: user,
      token: token && { id: token.id, name: token.name },
      sessionId,
      grants: owner?.grants ?? everything,
      scopes: token?.scopes ?? null,
      productIds: token?.productIds ?? null,
    };
  }

  return {
    ...createTokens(rows, forgetSessionsOf),
    ...createSessions(rows),

    async addFirstToken(name, token) {
      if (rows.tokens.size > 0) return false;
      setServerToken(name, token);
      return true;
    },
    async setAdminToken(name, token) {
      const [former] = [...rows.tokens].filter(([, { administrator }]) => administrator);
      if (former && former[0] !== hash(token)) {
        rows.tokens.delete(former[0]);
        forgetSessionsOf(former[1].id);
      }
      setServerToken(name, token);
    },
    hasToken: async () => rows.tokens.size > 0,
    async identify(token, now) {
      const row = rows.tokens.get(hash(token));
      if (!row) return { type: "unknown" };
      const { name, revokedAt, expiresAt, userId } = row;
      if (revokedAt) return { type: "revoked", name, at: revokedAt };
      if (expiresAt && expiresAt <= now) return { type: "expired", name, at: expiresAt };
      if (userId !== null && rows.users.get(userId)?.disabledAt) return { type: "disabled", name };
      return { type: "known", principal: principalOf(row, userId, null) };
    },
    async session(secret, now) {
      const row = rows.sessions.get(hash(secret));
      if (!row || row.expiresAt <= now) return null;
      const token = "token" in row.owner ? byId(row.owner.token) : null;
      const user = "user" in row.owner ? row.owner.user : (token?.userId ?? null);
      if (user !== null && rows.users.get(user)?.disabledAt) return null;
      if (token?.revokedAt || (token?.expiresAt && token.expiresAt <= now)) return null;
      return principalOf(token, user, row.id);
    },
    async stampUses(uses) {
      for (const { tokenId, sessionId, userId, address, at } of uses) {
        const isOlder = (earlier: Date | null | undefined) => !earlier || earlier < at;
        for (const [key, row] of rows.tokens) {
          if (row.id !== tokenId || !isOlder(row.lastUsedAt)) continue;
          rows.tokens.set(key, { ...row, lastUsedAt: at, lastUsedAddress: address });
        }
        for (const [key, row] of rows.sessions) {
          if (row.id === sessionId && isOlder(row.lastSeenAt))
            rows.sessions.set(key, { ...row, lastSeenAt: at, address });
        }
        const user = userId === null ? null : rows.users.get(userId);
        if (user && isOlder(user.lastSeenAt)) rows.users.set(user.id, { ...user, lastSeenAt: at });
      }
    },
  };
}

type TokenMethods = "listTokens" | "getToken" | "addToken" | "revokeToken";

function createTokens(rows: FakeRows, forgetSessionsOf: (id: TokenId) => void): Pick<Store["access"], TokenMethods> {
  const shown = ({ administrator, ...token }: TokenRow): ApiToken => ({ ...token, isServers: administrator });
  const standing = () => [...rows.tokens.values()].filter(({ revokedAt }) => !revokedAt).map(shown);
  return {
    listTokens: async (owner) =>
      standing()
        .filter(({ userId }) => owner === "all" || userId === owner)
        .sort((a, b) => b.id - a.id),
    getToken: async (id) => standing().find((token) => token.id === id) ?? null,
    async addToken({ token, ...given }, at) {
      const row: TokenRow = {
        ...given,
        id: nextId<TokenId>(rows),
        scopes: everyScope.filter((scope) => given.scopes.includes(scope)),
        productIds: given.productIds && [...given.productIds].sort((a, b) => a - b),
        ...{ administrator: false, createdAt: at, revokedAt: null, lastUsedAt: null, lastUsedAddress: null },
      };
      rows.tokens.set(hash(token), row);
      return shown(row);
    },
    async revokeToken(id, at) {
      const [found] = [...rows.tokens].filter(([, row]) => row.id === id && !row.revokedAt);
      forgetSessionsOf(id);
      if (found) rows.tokens.set(found[0], { ...found[1], revokedAt: at });
      return found !== undefined;
    },
  };
}

type SessionMethods =
  | "openSession"
  | "closeSession"
  | "listSessions"
  | "closeSessionOf"
  | "closeOtherSessions"
  | "markSecondFactor";

function createSessions(rows: FakeRows): Pick<Store["access"], SessionMethods> {
  const ofUser = (user: UserId) => [...rows.sessions].filter(([, { owner }]) => "user" in owner && owner.user === user);
  const close = (which: readonly [string, BrowserSession][]) => {
    for (const [key] of which) rows.sessions.delete(key);
    return which.length;
  };
  return {
    async openSession(session, at) {
      for (const [key, { expiresAt }] of rows.sessions) if (expiresAt <= at) rows.sessions.delete(key);
      const secret = randomBytes(32).toString("base64url");
      const id = nextId<SessionId>(rows);
      rows.sessions.set(hash(secret), { ...session, id, createdAt: at, lastSeenAt: at });
      return secret;
    },
    async closeSession(secret) {
      rows.sessions.delete(hash(secret));
    },
    listSessions: async (user, now) =>
      ofUser(user)
        .map(([, session]) => session)
        .filter(({ expiresAt }) => expiresAt > now)
        .sort((a, b) => b.lastSeenAt.getTime() - a.lastSeenAt.getTime() || b.id - a.id),
    closeSessionOf: async (user, id) => close(ofUser(user).filter(([, session]) => session.id === id)) > 0,
    closeOtherSessions: async (user, kept) => close(ofUser(user).filter(([, session]) => session.id !== kept)),
    async markSecondFactor(id, at) {
      for (const [key, row] of rows.sessions) if (row.id === id) rows.sessions.set(key, { ...row, secondFactorAt: at });
    },
  };
}
