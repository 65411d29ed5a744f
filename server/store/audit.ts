import { desc, lt } from "drizzle-orm";
import type { AuditStore } from "../ports/store.ts";
import type { Database } from "./database.ts";
import { auditEntries } from "./schema.ts";

export function createAuditStore(database: Database): AuditStore {
  return {
    async record(entry, at) {
      await database.write(({ tx }) => tx.insert(auditEntries).values({ ...entry, at }));
    },

    list: ({ limit, before }) =>
      database.read((queries) =>
        queries
          .select()
          .from(auditEntries)
          .where(before === undefined ? undefined : lt(auditEntries.id, before))
          .orderBy(desc(auditEntries.id))
          .limit(limit),
      ),
  };
}
