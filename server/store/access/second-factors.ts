import { and, eq, isNull, lt, or } from "drizzle-orm";
import type { UserId } from "../../model/names/ids.ts";
import type { UserStore } from "../../ports/store/users.ts";
import type { Secrets } from "../keys/secrets.ts";
import type { Database } from "../postgres/database.ts";
import { recoveryCodes, users } from "../schema/access.ts";
import { sha256 } from "./hashed-secret.ts";

type SecondFactorStore = Pick<
  UserStore,
  | "totp"
  | "setTotpSecret"
  | "confirmTotp"
  | "useTotpStep"
  | "setRecoveryCodes"
  | "useRecoveryCode"
  | "unusedRecoveryCodes"
>;

/** TOTP and recovery codes. */
export function createSecondFactorStore(database: Database, secrets: Secrets): SecondFactorStore {
  const ownerOf = (id: UserId) => ({ kind: "totp secret", id: String(id) }) as const;

  return {
    totp: (id) =>
      database.read(async (queries) => {
        const [row] = await queries
          .select({ sealed: users.totpSecret, confirmedAt: users.totpConfirmedAt })
          .from(users)
          .where(eq(users.id, id));
        return row?.sealed ? { secret: secrets.open(ownerOf(id), row.sealed), confirmedAt: row.confirmedAt } : null;
      }),

    async setTotpSecret(id, secret) {
      await database.write(async ({ tx }) => {
        const totpSecret = secret === null ? null : (await secrets.sealing(tx))(ownerOf(id), secret);
        const fresh = { totpSecret, totpConfirmedAt: null, totpStep: null };
        await tx.update(users).set(fresh).where(eq(users.id, id));
      });
    },

    async confirmTotp(id, step, at) {
      await database.write(({ tx }) =>
        tx.update(users).set({ totpConfirmedAt: at, totpStep: step }).where(eq(users.id, id)),
      );
    },

    useTotpStep: (id, step) =>
      database.write(async ({ tx }) => {
        const isNew = or(isNull(users.totpStep), lt(users.totpStep, step));
        const used = await tx
          .update(users)
          .set({ totpStep: step })
          .where(and(eq(users.id, id), isNew))
          .returning({ id: users.id });
        return used.length > 0;
      }),

    async setRecoveryCodes(id, codes) {
      const rows = codes.map((code) => ({ userId: id, sha256: sha256(code) }));
      await database.write(async ({ tx }) => {
        await tx.delete(recoveryCodes).where(eq(recoveryCodes.userId, id));
        if (rows.length > 0) await tx.insert(recoveryCodes).values(rows);
      });
    },

    useRecoveryCode: (id, code, at) =>
      database.write(async ({ tx }) => {
        const unused = and(
          eq(recoveryCodes.userId, id),
          eq(recoveryCodes.sha256, sha256(code)),
          isNull(recoveryCodes.usedAt),
        );
        const used = await tx
          .update(recoveryCodes)
          .set({ usedAt: at })
          .where(unused)
          .returning({ id: recoveryCodes.userId });
        return used.length > 0;
      }),

    unusedRecoveryCodes: (id) =>
      database.read((queries) =>
        queries.$count(recoveryCodes, and(eq(recoveryCodes.userId, id), isNull(recoveryCodes.usedAt))),
      ),
  };
}
