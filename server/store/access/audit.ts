import { and, desc, eq, lt, sql } from "drizzle-orm";
import type { AuditStore } from "../../ports/store/access.ts";
import type { Database } from "../postgres/database.ts";
import { auditEntries } from "../schema/access.ts";

export function createAuditStore(database: Database): AuditStore {
  return {
    async record(entry, at) {
      await database.write(({ tx }) => tx.insert(auditEntries).values({ ...entry, at }));
    },

    list: ({ limit, before, product, who }) =>
      database.read((queries) =>
        queries
          .select()
          .from(auditEntries)
          .where(
            and(
              before === undefined ? undefined : lt(auditEntries.id, before),
              who === undefined ? undefined : eq(auditEntries.who, who),
              product === undefined ? undefined : eq(sql`split_part(${auditEntries.subject}, ' ', 1)`, product),
            ),
          )
          .orderBy(desc(auditEntries.id))
          .limit(limit),
      ),
  };
}
