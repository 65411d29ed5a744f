import { and, desc, eq, gt, isNull, lte, ne, or, sql } from "drizzle-orm";
import type { BrowserSession } from "../../model/access/session.ts";
import type { TokenId, UserId } from "../../model/names/ids.ts";
import type { AccessStore } from "../../ports/store/access.ts";
import type { Database } from "../postgres/database.ts";
import { sessions, tokens, users } from "../schema/access.ts";
import { newSecret, sha256 } from "./hashed-secret.ts";
import { principalColumns, principalOf } from "./principals.ts";

type SessionStore = Pick<
  AccessStore,
  | "openSession"
  | "session"
  | "closeSession"
  | "listSessions"
  | "closeSessionOf"
  | "closeOtherSessions"
  | "markSecondFactor"
>;

export function createSessionStore(database: Database): SessionStore {
  return {
    async openSession({ owner, ...session }, at) {
      const secret = newSecret();
      await database.write(async ({ tx }) => {
        await tx.delete(sessions).where(lte(sessions.expiresAt, at));
        const owned = "user" in owner ? { userId: owner.user } : { tokenId: owner.token };
        await tx
          .insert(sessions)
          .values({ ...session, ...owned, sha256: sha256(secret), createdAt: at, lastSeenAt: at });
      });
      return secret;
    },

    session: (secret, now) =>
      database.read(async (queries) => {
        const [row] = await queries
          .select({ ...principalColumns, sessionId: sessions.id })
          .from(sessions)
          .leftJoin(tokens, eq(tokens.id, sessions.tokenId))
          .leftJoin(users, eq(users.id, sql`coalesce(${sessions.userId}, ${tokens.userId})`))
          .where(
            and(
              eq(sessions.sha256, sha256(secret)),
              gt(sessions.expiresAt, now),
              isNull(tokens.revokedAt),
              or(isNull(tokens.expiresAt), gt(tokens.expiresAt, now)),
              isNull(users.disabledAt),
            ),
          );
        return row ? principalOf(row, row.sessionId) : null;
      }),

    async closeSession(secret) {
      await database.write(({ tx }) => tx.delete(sessions).where(eq(sessions.sha256, sha256(secret))));
    },

    listSessions: (user, now) =>
      database.read(async (queries) => {
        const rows = await queries
          .select()
          .from(sessions)
          .where(and(eq(sessions.userId, user), gt(sessions.expiresAt, now)))
          .orderBy(desc(sessions.lastSeenAt), desc(sessions.id));
        return rows.map(sessionOf);
      }),

    closeSessionOf: (user, id) =>
      database.write(async ({ tx }) => {
        const own = and(eq(sessions.userId, user), eq(sessions.id, id));
        return (await tx.delete(sessions).where(own).returning({ id: sessions.id })).length > 0;
      }),

    closeOtherSessions: (user, kept) =>
      database.write(async ({ tx }) => {
        const others = and(eq(sessions.userId, user), kept === null ? undefined : ne(sessions.id, kept));
        return (await tx.delete(sessions).where(others).returning({ id: sessions.id })).length;
      }),

    async markSecondFactor(id, at) {
      await database.write(({ tx }) => tx.update(sessions).set({ secondFactorAt: at }).where(eq(sessions.id, id)));
    },
  };
}

function sessionOf({ userId, tokenId, ...row }: typeof sessions.$inferSelect): BrowserSession {
  const { id, device, address, createdAt, lastSeenAt, expiresAt, secondFactorAt } = row;
  const owner = userId === null ? { token: tokenId as TokenId } : { user: userId as UserId };
  return { id, owner, device, address, createdAt, lastSeenAt, expiresAt, secondFactorAt };
}
