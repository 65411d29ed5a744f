import { asc, eq } from "drizzle-orm";
import type { EnvironmentStore } from "../ports/store.ts";
import type { Database } from "./database.ts";
import { environments } from "./schema.ts";

export function createEnvironmentStore(database: Database): EnvironmentStore {
  return {
    list: () => database.read((queries) => queries.select().from(environments).orderBy(asc(environments.id))),

    get: (id) =>
      database.read(async (queries) => {
        const [environment] = await queries.select().from(environments).where(eq(environments.id, id));
        return environment ?? null;
      }),

    create: (environment) =>
      database.write(async ({ tx }) => {
        const [created] = await tx
          .insert(environments)
          .values(environment)
          .onConflictDoNothing({ target: environments.name })
          .returning();
        return created ?? null;
      }),
  };
}
