import { createHash, randomBytes } from "node:crypto";
import { and, eq, gt, lte } from "drizzle-orm";
import type { AccessStore } from "../../ports/store/access.ts";
import { lock } from "../postgres/advisory-locks.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { sessions, tokens } from "../schema/access.ts";

/**
 * Secrets are 256 random bits (or a long token that the administrator chose), so one round of SHA-256 is enough, and
 * the timing of a look-up by hash reveals nothing to a guesser.
 */
const sha256 = (secret: string) => createHash("sha256").update(secret, "utf8").digest();

const sessionBytes = 32;

export function createAccessStore(database: Database): AccessStore {
  return {
    addFirstToken: (name, token) =>
      database.write(async ({ tx }) => {
        await lock(tx, "access");
        if ((await tx.$count(tokens)) > 0) return false;
        await tx.insert(tokens).values({ name, sha256: sha256(token), administrator: true });
        return true;
      }),

    setAdminToken: (name, token) =>
      database.write(async ({ tx }) => {
        await lock(tx, "access");
        await setAdminToken(tx, name, sha256(token));
      }),

    hasToken: () => database.read(async (queries) => (await queries.$count(tokens)) > 0),

    identify: (token) =>
      database.read(async (queries) => {
        const matching = eq(tokens.sha256, sha256(token));
        const [identity] = await queries.select({ name: tokens.name }).from(tokens).where(matching);
        return identity ?? null;
      }),

    async openSession({ name }, expiresAt) {
      const secret = randomBytes(sessionBytes).toString("base64url");
      await database.write(async ({ tx }) => {
        await tx.delete(sessions).where(lte(sessions.expiresAt, new Date()));
        await tx.insert(sessions).values({ sha256: sha256(secret), name, expiresAt });
      });
      return secret;
    },

    session: (secret, now) =>
      database.read(async (queries) => {
        const valid = and(eq(sessions.sha256, sha256(secret)), gt(sessions.expiresAt, now));
        const [identity] = await queries.select({ name: sessions.name }).from(sessions).where(valid);
        return identity ?? null;
      }),

    async closeSession(secret) {
      await database.write(({ tx }) => tx.delete(sessions).where(eq(sessions.sha256, sha256(secret))));
    },
  };
}

/** A changed token also ends the sessions that were opened with the old one, which may have leaked. */
async function setAdminToken(tx: Queries, name: string, hash: Buffer): Promise<void> {
  const [former] = await tx.select().from(tokens).where(eq(tokens.administrator, true));
  if (former && !former.sha256.equals(hash)) {
    await tx.delete(sessions).where(eq(sessions.name, former.name));
    await tx.delete(tokens).where(eq(tokens.id, former.id));
  }
  await tx
    .insert(tokens)
    .values({ name, sha256: hash, administrator: true })
    .onConflictDoUpdate({ target: tokens.sha256, set: { name, administrator: true } });
}
