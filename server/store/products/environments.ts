import { asc, eq } from "drizzle-orm";
import type { EnvironmentStore } from "../../ports/store/products.ts";
import type { Secrets } from "../keys/secrets.ts";
import type { Database } from "../postgres/database.ts";
import { installations } from "../schema/deployments.ts";
import { environments } from "../schema/products.ts";
import { changeCheckedVariables } from "./change-variables.ts";
import { copyInstallation, copyVisibleVariables } from "./copy-installation.ts";
import { entriesOf, openAll, variablesOf } from "./variables.ts";

export function createEnvironmentStore(database: Database, secrets: Secrets): EnvironmentStore {
  return {
    list: () => database.read((queries) => queries.select().from(environments).orderBy(asc(environments.id))),

    get: (id) =>
      database.read(async (queries) => {
        const [environment] = await queries.select().from(environments).where(eq(environments.id, id));
        return environment ?? null;
      }),

    create: (environment, copies = [], from = null) =>
      database.write(async (transaction) => {
        const [created] = await transaction.tx
          .insert(environments)
          .values(environment)
          .onConflictDoNothing({ target: environments.name })
          .returning();
        if (!created) return null;
        if (from !== null)
          await copyVisibleVariables(transaction, secrets, { environment: from }, { environment: created.id });
        for (const copy of copies) await copyInstallation(transaction, secrets, created.id, copy);
        return created;
      }),

    variableEntries: async (id) =>
      entriesOf(await database.read((queries) => variablesOf(queries, { environment: id })), secrets),
    variables: async (id) =>
      openAll(await database.read((queries) => variablesOf(queries, { environment: id })), secrets),
    changeVariables: (id, set, unset, marks, refuse) =>
      changeCheckedVariables(database, secrets, { environment: id }, { set, unset, marks, refuse }),

    remove: (id) =>
      database.write(async ({ tx }) => {
        // Locked, so that this waits for an installation that is just being created.
        await tx.select({ id: environments.id }).from(environments).where(eq(environments.id, id)).for("update");
        const [user] = await tx
          .select({ id: installations.id })
          .from(installations)
          .where(eq(installations.environmentId, id))
          .limit(1);
        if (user) return "in-use";
        await tx.delete(environments).where(eq(environments.id, id));
        return "removed";
      }),
  };
}
