import { and, desc, eq, gt, isNull } from "drizzle-orm";
import type { Link, LinkKind } from "../../model/access/link.ts";
import type { User } from "../../model/access/user.ts";
import type { LinkFault, LinkStore } from "../../ports/store/users.ts";
import { lock } from "../postgres/advisory-locks.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { links, sessions, users } from "../schema/access.ts";
import { newSecret, sha256 } from "./hashed-secret.ts";
import { addUser, readUsers } from "./users.ts";

const shown = {
  ...{ id: links.id, kind: links.kind, email: links.email, grants: links.grants, userId: links.userId },
  ...{ createdBy: links.createdBy, createdAt: links.createdAt, expiresAt: links.expiresAt, usedAt: links.usedAt },
};

export function createLinkStore(database: Database): LinkStore {
  return {
    async create(link, at) {
      const secret = newSecret();
      const [row] = await database.write(({ tx }) =>
        tx
          .insert(links)
          .values({ ...link, sha256: sha256(secret), createdAt: at })
          .returning(shown),
      );
      if (!row) throw new Error("a link that was stored cannot be read");
      return { link: row, secret };
    },

    find: (secret) => database.read((queries) => linkOf(queries, secret)),

    listOpen: (now) =>
      database.read((queries) =>
        queries
          .select(shown)
          .from(links)
          .where(and(isNull(links.usedAt), gt(links.expiresAt, now)))
          .orderBy(desc(links.id)),
      ),

    remove: (id) =>
      database.write(async ({ tx }) => {
        const unused = and(eq(links.id, id), isNull(links.usedAt));
        return (await tx.delete(links).where(unused).returning({ id: links.id })).length > 0;
      }),

    makeUser: (secret, user, at) =>
      database.write(async ({ tx }) => {
        // With the lock of everything that makes users, of two at once the second finds the link used.
        await lock(tx, "access");
        const link = await openLink(tx, secret, ["first-administrator", "invitation"], at);
        if (typeof link === "string") return link;
        if (link.kind === "first-administrator" && (await tx.$count(users)) > 0) return "user-exists";
        const made = await addUser(tx, { ...user, grants: link.grants }, at);
        if (made !== "email-taken") await markUsed(tx, link, at);
        return made;
      }),

    resetPassword: (secret, passwordHash, at) =>
      useFor(database, [secret, "password-reset"], at, async (tx, { id }) => {
        await tx.update(users).set({ passwordHash }).where(eq(users.id, id));
        await tx.delete(sessions).where(eq(sessions.userId, id));
      }),

    signIn: (secret, at) => useFor(database, [secret, "sign-in"], at, async () => {}),
  };
}

/** Uses a link that is about a user. */
function useFor(
  database: Database,
  [secret, kind]: readonly [string, LinkKind],
  at: Date,
  work: (tx: Queries, user: User) => Promise<void>,
): Promise<User | LinkFault> {
  return database.write(async ({ tx }) => {
    await lock(tx, "access");
    const link = await openLink(tx, secret, [kind], at);
    if (typeof link === "string") return link;
    const [user] = link.userId === null ? [] : await readUsers(tx, eq(users.id, link.userId));
    if (!user || user.disabledAt) return "unknown";
    await markUsed(tx, link, at);
    await work(tx, user);
    const [changed] = await readUsers(tx, eq(users.id, user.id));
    return changed ?? user;
  });
}

async function linkOf(queries: Queries, secret: string): Promise<Link | null> {
  const [row] = await queries
    .select(shown)
    .from(links)
    .where(eq(links.sha256, sha256(secret)));
  return row ?? null;
}

async function openLink(tx: Queries, secret: string, kinds: readonly LinkKind[], at: Date): Promise<Link | LinkFault> {
  const link = await linkOf(tx, secret);
  if (!link || !kinds.includes(link.kind)) return "unknown";
  if (link.usedAt) return "used";
  return link.expiresAt <= at ? "expired" : link;
}

async function markUsed(tx: Queries, { id }: Link, at: Date): Promise<void> {
  await tx.update(links).set({ usedAt: at }).where(eq(links.id, id));
}
