import { and, type Column, desc, eq, gte, inArray, isNull, lt, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { ProductId } from "../../model/names/ids.ts";
import { searchWords } from "../../model/values/search-words.ts";
import type { AuditEntry, AuditFilter, AuditStore } from "../../ports/store/access.ts";
import type { Database, Queries } from "../postgres/database.ts";
import { auditEntries } from "../schema/access.ts";
import { products } from "../schema/products.ts";

/** More than anybody chooses from. */
const mostChoices = 300;

type Page = Parameters<AuditStore["list"]>[0];

export function createAuditStore(database: Database): AuditStore {
  return {
    async record(entry, at) {
      await database.write(({ tx }) => tx.insert(auditEntries).values({ ...entry, at }));
    },

    list: (page) => database.read((queries) => list(queries, page)),

    async choices() {
      const [who, token, what] = await Promise.all([
        database.read((queries) => distinct(queries, auditEntries.who)),
        database.read((queries) => distinct(queries, auditEntries.token)),
        database.read((queries) => distinct(queries, auditEntries.what)),
      ]);
      return { who, token, what };
    },
  };
}

const { id, at, who, product, words } = auditEntries;

/** So many of the newest entries are looked through for words: a common word fills a page from them. */
const lookedThrough = 5_000;
const fewestLookedThrough = 200;
/** As many as there are. A limit keeps the planner from reading entries in the order that the page wants. */
const all = 1_000_000_000;

type Found = typeof auditEntries.$inferSelect;

/**
 * Words are first looked for among the newest entries, and then in the index of words: it finds rare words at once, and
 * common ones slowly.
 */
async function list(queries: Queries, page: Page): Promise<readonly AuditEntry[]> {
  const searched = searchWords(page.text ?? "");
  const newest = newestOf(queries, page, searched.length === 0 ? page.limit : windowOf(page));
  const near = queries.select().from(newest).orderBy(desc(newest.at), desc(newest.id)).limit(page.limit);
  if (searched.length === 0) return (await near).map(entryOf);
  const found = await near.where(matches(newest.words, searched));
  return (found.length === page.limit ? found : await indexed(queries, page, searched)).map(entryOf);
}

/** Each of several products has newest entries of its own. */
function windowOf({ limit, products: among }: Page): number {
  return Math.max(limit, fewestLookedThrough, Math.floor(lookedThrough / Math.max(1, among?.length ?? 1)));
}

/**
 * The newest entries of a page, whatever their words. For some products they are the newest of the newest of each: that
 * reads an index for each of them, instead of all entries of everybody.
 */
function newestOf(queries: Queries, page: Page, limit: number) {
  const newest = (more?: SQL) =>
    queries
      .select()
      .from(auditEntries)
      .where(and(more, conditions(page)))
      .orderBy(desc(at), desc(id))
      .limit(limit);
  if (!page.products) return newest().as("newest");
  const names = slugsOf(queries, page.products).as("names");
  const each = newest(eq(product, names.slug)).as("each");
  const { slug: _, ...columns } = { slug: names.slug, ...each._.selectedFields };
  return queries
    .select(columns)
    .from(names)
    .innerJoinLateral(each, sql`true`)
    .orderBy(desc(each.at), desc(each.id))
    .limit(limit)
    .as("newest");
}

function indexed(queries: Queries, page: Page, searched: readonly string[]): Promise<readonly Found[]> {
  const among = page.products && inArray(product, slugsOf(queries, page.products));
  const found = queries
    .select()
    .from(auditEntries)
    .where(and(matches(words, searched), conditions(page), among))
    .limit(all)
    .as("found");
  return queries.select().from(found).orderBy(desc(found.at), desc(found.id)).limit(page.limit);
}

function slugsOf(queries: Queries, ids: readonly ProductId[]) {
  const kept = and(inArray(products.id, [...ids]), isNull(products.deletedAt));
  return queries.selectDistinct({ slug: products.slug }).from(products).where(kept);
}

function entryOf({ words: _, ...entry }: Found): AuditEntry {
  return entry;
}

function conditions({ before, ...filter }: AuditFilter & { readonly before?: number }): SQL | undefined {
  return and(
    before === undefined
      ? undefined
      : sql`(${at}, ${id}) < ((select "at" from audit_entries where "id" = ${before}), ${before}::bigint)`,
    filter.who === undefined ? undefined : eq(who, filter.who),
    filter.token === undefined ? undefined : eq(auditEntries.token, filter.token),
    filter.what === undefined ? undefined : eq(auditEntries.what, filter.what),
    filter.product === undefined ? undefined : eq(product, filter.product),
    filter.from && gte(at, filter.from),
    filter.to && lt(at, filter.to),
  );
}

/** Words of letters and digits need no escaping between quotes. */
function matches(column: Column | SQL.Aliased, searched: readonly string[]): SQL {
  return sql`${column} @@ to_tsquery('simple', ${searched.map((word) => `'${word}':*`).join(" & ")})`;
}

/** Jumps from one value to the next in the column's index: what SELECT DISTINCT finds by reading every entry. */
async function distinct(queries: Queries, column: PgColumn): Promise<readonly string[]> {
  const found = await queries.execute<{ one: string }>(sql`
    with recursive found as (
      (select ${column} as one from ${auditEntries} where ${column} is not null order by ${column} limit 1)
      union all
      select (select ${column} from ${auditEntries} where ${column} > found.one order by ${column} limit 1)
      from found where found.one is not null
    )
    select one from found where one is not null limit ${mostChoices}`);
  return found.map(({ one }) => one);
}
