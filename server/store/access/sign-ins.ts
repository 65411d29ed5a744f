import { and, eq, ne } from "drizzle-orm";
import type { UserStore } from "../../ports/store/users.ts";
import { lock } from "../postgres/advisory-locks.ts";
import type { Database } from "../postgres/database.ts";
import { users } from "../schema/access.ts";

type SignInStore = Pick<UserStore, "passwordHash" | "setPassword" | "replacePasswordHash" | "linkOidc">;

/** Passwords and accounts at an OpenID Connect provider. */
export function createSignInStore(database: Database): SignInStore {
  return {
    passwordHash: (id) =>
      database.read(async (queries) => {
        const [row] = await queries.select({ hash: users.passwordHash }).from(users).where(eq(users.id, id));
        return row?.hash ?? null;
      }),

    async setPassword(id, passwordHash) {
      await database.write(({ tx }) => tx.update(users).set({ passwordHash }).where(eq(users.id, id)));
    },

    replacePasswordHash: (id, { from, to }) =>
      database.write(async ({ tx }) => {
        const unchanged = and(eq(users.id, id), eq(users.passwordHash, from));
        const replaced = await tx.update(users).set({ passwordHash: to }).where(unchanged).returning({ id: users.id });
        return replaced.length > 0;
      }),

    linkOidc: (id, subject) =>
      database.write(async ({ tx }) => {
        await lock(tx, "access");
        const { issuer: oidcIssuer = null, subject: oidcSubject = null } = subject ?? {};
        const isSame = and(eq(users.oidcIssuer, oidcIssuer ?? ""), eq(users.oidcSubject, oidcSubject ?? ""));
        if (subject && (await tx.$count(users, and(isSame, ne(users.id, id)))) > 0) return "subject-taken";
        await tx.update(users).set({ oidcIssuer, oidcSubject }).where(eq(users.id, id));
        return "changed";
      }),
  };
}
