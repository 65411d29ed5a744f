import { isNull, sql } from "drizzle-orm";
import { boolean, check, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { EnvironmentId, InstanceId, ProductId } from "../../model/names/ids.ts";
import type { PushWatch, Slug } from "../../model/product.ts";
import { moment, outsideText, rowId } from "../postgres/column-types.ts";

/** This Baton: exactly one row, which the seeding migration creates. */
export const instances = pgTable(
  "instances",
  {
    id: text().primaryKey().$type<InstanceId>(),
    onlyOne: boolean("only_one").notNull().default(true).unique(),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (table) => [
    check("instances_only_one", sql`${table.onlyOne}`),
    check("instances_id", sql`${table.id} ~ '^[a-z0-9]{8}$'`),
  ],
);

export const environments = pgTable("environments", {
  id: rowId<EnvironmentId>("id").primaryKey().generatedAlwaysAsIdentity(),
  name: text().notNull().unique(),
  domain: text(),
  /** The branch that new installations track by default. */
  branch: outsideText(),
});

export const products = pgTable(
  "products",
  {
    id: rowId<ProductId>("id").primaryKey().generatedAlwaysAsIdentity(),
    slug: text().notNull().$type<Slug>(),
    repository: outsideText(),
    watch: text().notNull().default("wait").$type<PushWatch>(),
    /** Whether viewers may not read what its services print. */
    hidesLogs: boolean("hides_logs").notNull().default(false),
    createdAt: moment("created_at").notNull(),
    deletedAt: moment("deleted_at"),
  },
  (table) => [
    uniqueIndex("products_slug").on(table.slug).where(isNull(table.deletedAt)),
    check("products_watch_known", sql`${table.watch} in ('wait', 'background')`),
    check("products_slug_rule", sql`${table.slug} ~ '^[a-z](-?[a-z0-9])*$' and length(${table.slug}) <= 40`),
  ],
);

export const settings = pgTable("settings", {
  name: text().primaryKey(),
  value: text().notNull(),
});
