import { and, asc, eq } from "drizzle-orm";
import type { UserStore } from "../../ports/store/users.ts";
import type { Database } from "../postgres/database.ts";
import { passkeys } from "../schema/access.ts";

type PasskeyStore = Pick<
  UserStore,
  "passkeys" | "passkeyByCredential" | "addPasskey" | "passkeyUsed" | "renamePasskey" | "removePasskey"
>;

export function createPasskeyStore(database: Database): PasskeyStore {
  return {
    passkeys: (id) =>
      database.read((queries) =>
        queries.select().from(passkeys).where(eq(passkeys.userId, id)).orderBy(asc(passkeys.id)),
      ),

    passkeyByCredential: (credentialId) =>
      database.read(async (queries) => {
        const [row] = await queries.select().from(passkeys).where(eq(passkeys.credentialId, credentialId));
        return row ?? null;
      }),

    addPasskey: (passkey, at) =>
      database.write(async ({ tx }) => {
        const [added] = await tx
          .insert(passkeys)
          .values({ ...passkey, createdAt: at })
          .onConflictDoNothing()
          .returning();
        return added ?? "credential-taken";
      }),

    async passkeyUsed(id, counter, at) {
      await database.write(({ tx }) => tx.update(passkeys).set({ counter, lastUsedAt: at }).where(eq(passkeys.id, id)));
    },

    renamePasskey: (user, id, name) =>
      database.write(async ({ tx }) => {
        const own = and(eq(passkeys.userId, user), eq(passkeys.id, id));
        return (await tx.update(passkeys).set({ name }).where(own).returning({ id: passkeys.id })).length > 0;
      }),

    removePasskey: (user, id) =>
      database.write(async ({ tx }) => {
        const own = and(eq(passkeys.userId, user), eq(passkeys.id, id));
        return (await tx.delete(passkeys).where(own).returning({ id: passkeys.id })).length > 0;
      }),
  };
}
