import { and, eq, isNull, lt, or } from "drizzle-orm";
import type { AccessStore, Use } from "../../ports/store/access.ts";
import { lock } from "../postgres/advisory-locks.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { sessions, tokens, users } from "../schema/access.ts";
import { sha256 } from "./hashed-secret.ts";
import { principalColumns, principalOf } from "./principals.ts";
import { createSessionStore } from "./sessions.ts";
import { addServerToken, createTokenStore, setAdminToken } from "./tokens.ts";

export function createAccessStore(database: Database): AccessStore {
  return {
    ...createTokenStore(database),
    ...createSessionStore(database),

    identify: (token, now) =>
      database.read(async (queries) => {
        const [row] = await queries
          .select({ ...principalColumns, expiresAt: tokens.expiresAt, revokedAt: tokens.revokedAt })
          .from(tokens)
          .leftJoin(users, eq(users.id, tokens.userId))
          .where(eq(tokens.sha256, sha256(token)));
        if (!row) return { type: "unknown" };
        const { tokenName: name, revokedAt, expiresAt } = row;
        if (revokedAt) return { type: "revoked", name, at: revokedAt };
        if (expiresAt && expiresAt <= now) return { type: "expired", name, at: expiresAt };
        if (row.disabledAt) return { type: "disabled", name };
        return { type: "known", principal: principalOf(row, null) };
      }),

    async stampUses(uses) {
      if (uses.length === 0) return;
      // In one order, so that two batches at once wait for each other instead of deadlocking.
      const sorted = [...uses].sort((a, b) => a.at.getTime() - b.at.getTime());
      await database.write(async ({ tx }) => {
        await lock(tx, "access");
        for (const use of sorted) await stamp(tx, use);
      });
    },

    addFirstToken: (name, token) =>
      database.write(async ({ tx }) => {
        await lock(tx, "access");
        if ((await tx.$count(tokens)) > 0) return false;
        await addServerToken(tx, { name, sha256: sha256(token), administrator: true });
        return true;
      }),

    setAdminToken: (name, token) =>
      database.write(async ({ tx }) => {
        await lock(tx, "access");
        await setAdminToken(tx, name, sha256(token));
      }),

    hasToken: () => database.read(async (queries) => (await queries.$count(tokens)) > 0),
  };
}

async function stamp(tx: Queries, { tokenId, sessionId, userId, address, at }: Use): Promise<void> {
  if (tokenId !== null) {
    const isOlder = or(isNull(tokens.lastUsedAt), lt(tokens.lastUsedAt, at));
    const change = { lastUsedAt: at, lastUsedAddress: address };
    await tx
      .update(tokens)
      .set(change)
      .where(and(eq(tokens.id, tokenId), isOlder));
  }
  if (sessionId !== null) {
    const isOlder = lt(sessions.lastSeenAt, at);
    await tx
      .update(sessions)
      .set({ lastSeenAt: at, address })
      .where(and(eq(sessions.id, sessionId), isOlder));
  }
  if (userId !== null) {
    const isOlder = or(isNull(users.lastSeenAt), lt(users.lastSeenAt, at));
    await tx
      .update(users)
      .set({ lastSeenAt: at })
      .where(and(eq(users.id, userId), isOlder));
  }
}
