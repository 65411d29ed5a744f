import { and, desc, eq, inArray, isNull, lt, sql } from "drizzle-orm";
import type { ProductId } from "../../model/names/ids.ts";
import type { AuditStore } from "../../ports/store/access.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { auditEntries } from "../schema/access.ts";
import { products } from "../schema/products.ts";

export function createAuditStore(database: Database): AuditStore {
  return {
    async record(entry, at) {
      await database.write(({ tx }) => tx.insert(auditEntries).values({ ...entry, at }));
    },

    list: ({ limit, before, product, who, products: among }) =>
      database.read((queries) =>
        queries
          .select()
          .from(auditEntries)
          .where(
            and(
              before === undefined ? undefined : lt(auditEntries.id, before),
              who === undefined ? undefined : eq(auditEntries.who, who),
              product === undefined ? undefined : eq(slugOfSubject, product),
              among && inArray(slugOfSubject, namesOf(queries, among)),
            ),
          )
          .orderBy(desc(auditEntries.id))
          .limit(limit),
      ),
  };
}

/** "shop" of "shop #12". */
const slugOfSubject = sql<string>`split_part(${auditEntries.subject}, ' ', 1)`;

function namesOf(queries: Queries, ids: readonly ProductId[]) {
  const kept = and(inArray(products.id, [...ids]), isNull(products.deletedAt));
  return queries.select({ slug: products.slug }).from(products).where(kept);
}
