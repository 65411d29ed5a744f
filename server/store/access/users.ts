import { and, asc, eq, inArray, isNull, ne, type SQL, sql } from "drizzle-orm";
import type { Grant, User } from "../../model/access/user.ts";
import type { UserId } from "../../model/names/ids.ts";
import type { NewUser, UserChange, UserStore } from "../../ports/store/users.ts";
import type { Secrets } from "../keys/secrets.ts";
import { lock } from "../postgres/advisory-locks.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { grants, sessions, users } from "../schema/access.ts";
import { products } from "../schema/products.ts";
import { createPasskeyStore } from "./passkeys.ts";
import { grantsOfUser } from "./principals.ts";
import { createSecondFactorStore } from "./second-factors.ts";
import { createSignInStore } from "./sign-ins.ts";

export function createUserStore(database: Database, secrets: Secrets): UserStore {
  /** Makes a change unless it would take away the last administrator. */
  const change = (id: UserId, work: (tx: Queries) => Promise<unknown>): Promise<UserChange> =>
    database
      .write(async ({ tx }): Promise<UserChange> => {
        await lock(tx, "access");
        const administrators = await administratorsIn(tx);
        if ((await tx.$count(users, eq(users.id, id))) === 0) return "unknown";
        await work(tx);
        const isLost = administrators.length > 0 && (await administratorsIn(tx)).length === 0;
        if (isLost) throw new LastAdministrator();
        return "changed";
      })
      .catch((error: unknown) => {
        if (error instanceof LastAdministrator) return "last-administrator";
        throw error;
      });

  const one = (which: SQL | undefined) =>
    database.read(async (queries) => (await readUsers(queries, which))[0] ?? null);

  return {
    ...createSecondFactorStore(database, secrets),
    ...createPasskeyStore(database),
    ...createSignInStore(database),

    list: () => database.read((queries) => readUsers(queries, undefined)),
    get: (id) => one(eq(users.id, id)),
    byEmail: (email) => one(hasEmail(email)),
    byOidc: ({ issuer, subject }) => one(and(eq(users.oidcIssuer, issuer), eq(users.oidcSubject, subject))),
    administratorNames: () =>
      database.read(async (queries) => (await administratorsIn(queries)).map(({ name }) => name)),
    hasAny: () => database.read(async (queries) => (await queries.$count(users)) > 0),

    create: (user, at) =>
      database.write(async ({ tx }) => {
        await lock(tx, "access");
        return addUser(tx, user, at);
      }),

    rename: (id, { name, email }) =>
      database.write(async ({ tx }) => {
        await lock(tx, "access");
        const isTaken = email !== undefined && (await tx.$count(users, and(hasEmail(email), ne(users.id, id)))) > 0;
        if (isTaken) return "email-taken";
        const set = { ...(name !== undefined && { name }), ...(email !== undefined && { email }) };
        if (Object.keys(set).length > 0) await tx.update(users).set(set).where(eq(users.id, id));
        return "changed";
      }),

    setGrants: (id, wanted) => change(id, (tx) => replaceGrants(tx, id, wanted)),

    setDisabled: (id, isDisabled, at) =>
      change(id, async (tx) => {
        const disabledAt = isDisabled ? sql`coalesce(${users.disabledAt}, ${at.toISOString()}::timestamptz)` : null;
        await tx.update(users).set({ disabledAt }).where(eq(users.id, id));
        if (isDisabled) await tx.delete(sessions).where(eq(sessions.userId, id));
      }),

    // Everything else of theirs goes with the row.
    remove: (id) => change(id, (tx) => tx.delete(users).where(eq(users.id, id))),
  };
}

/** Rolls a transaction back. */
class LastAdministrator extends Error {
  override readonly name = "LastAdministrator";
}

const hasEmail = (email: string) => sql`lower(${users.email}) = lower(${email})`;

async function administratorsIn(queries: Queries): Promise<readonly { readonly name: string }[]> {
  return queries
    .select({ name: users.name })
    .from(users)
    .innerJoin(grants, eq(grants.userId, users.id))
    .where(and(eq(grants.role, "admin"), isNull(grants.productId), isNull(users.disabledAt)))
    .orderBy(asc(users.name), asc(users.id));
}

export async function readUsers(queries: Queries, which: SQL | undefined): Promise<readonly User[]> {
  const rows = await queries
    .select({
      ...{ id: users.id, name: users.name, email: users.email, disabledAt: users.disabledAt },
      ...{ createdAt: users.createdAt, lastSeenAt: users.lastSeenAt },
      hasPassword: sql<boolean>`${users.passwordHash} is not null`,
      hasTotp: sql<boolean>`${users.totpConfirmedAt} is not null`,
      hasOidc: sql<boolean>`${users.oidcSubject} is not null`,
      grants: grantsOfUser,
    })
    .from(users)
    .where(which)
    .orderBy(asc(sql`lower(${users.name})`), asc(users.id));
  return rows;
}

/** The caller holds the lock "access", so nobody takes the address in between. */
export async function addUser(tx: Queries, user: NewUser, at: Date): Promise<User | "email-taken"> {
  const { name, email, passwordHash, oidc } = user;
  if ((await tx.$count(users, hasEmail(email))) > 0) return "email-taken";
  const [row] = await tx
    .insert(users)
    .values({
      ...{ name, email, passwordHash, createdAt: at },
      ...(oidc && { oidcIssuer: oidc.issuer, oidcSubject: oidc.subject }),
    })
    .returning({ id: users.id });
  if (!row) throw new Error("a user that was stored has no id");
  await replaceGrants(tx, row.id, user.grants);
  const [added] = await readUsers(tx, eq(users.id, row.id));
  if (!added) throw new Error("a user that was stored cannot be read");
  return added;
}

/** Leaves out products that are gone. */
async function replaceGrants(tx: Queries, userId: UserId, wanted: readonly Grant[]): Promise<void> {
  await tx.delete(grants).where(eq(grants.userId, userId));
  const ids = wanted.flatMap(({ productId }) => productId ?? []);
  const existing = await tx.select({ id: products.id }).from(products).where(inArray(products.id, ids));
  const known = new Set(existing.map(({ id }) => id));
  const rows = wanted.filter(({ productId }) => productId === null || known.has(productId));
  if (rows.length > 0) await tx.insert(grants).values(rows.map((grant) => ({ ...grant, userId })));
}
