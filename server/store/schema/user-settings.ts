import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import type { InstallationId, ProductId } from "../../model/names/ids.ts";
import { bytes, rowId } from "../postgres/column-types.ts";
import { installations } from "./deployments.ts";
import { products } from "./products.ts";

export const variables = pgTable(
  "variables",
  {
    installationId: rowId<InstallationId>("installation_id")
      .notNull()
      .references(() => installations.id, { onDelete: "cascade" }),
    name: text().notNull(),
    /** Sealed: see secrets.ts. */
    value: bytes().notNull(),
    /** Builds get it, too; null: its name decides. */
    atBuild: boolean("at_build"),
    /** Its value is never shown again. */
    secret: boolean().notNull().default(true),
  },
  (table) => [
    primaryKey({ columns: [table.installationId, table.name] }),
    check("variables_name", sql`${table.name} ~ '^[A-Za-z_][A-Za-z0-9_.-]{0,127}$'`),
  ],
);

/** For all installations of a product; an installation's own win. */
export const productVariables = pgTable(
  "product_variables",
  {
    productId: rowId<ProductId>("product_id")
      .notNull()
      .references(() => products.id, { onDelete: "cascade" }),
    name: text().notNull(),
    /** Sealed: see secrets.ts. */
    value: bytes().notNull(),
    atBuild: boolean("at_build"),
    secret: boolean().notNull().default(true),
  },
  (table) => [
    primaryKey({ columns: [table.productId, table.name] }),
    check("product_variables_name", sql`${table.name} ~ '^[A-Za-z_][A-Za-z0-9_.-]{0,127}$'`),
  ],
);

/** What was set about a service beside its repository: see ServiceSettings. A service for which nothing is set has no row. */
export const serviceSettings = pgTable(
  "service_settings",
  {
    installationId: rowId<InstallationId>("installation_id")
      .notNull()
      .references(() => installations.id, { onDelete: "cascade" }),
    service: text().notNull(),
    path: text(),
    intervalMs: integer("interval_ms"),
    tryTimeoutMs: integer("try_timeout_ms"),
    timeoutMs: integer("timeout_ms"),
    successes: integer(),
    memoryBytes: bigint("memory_bytes", { mode: "number" }),
    cpus: doublePrecision(),
  },
  (table) => [
    primaryKey({ columns: [table.installationId, table.service] }),
    check(
      "service_settings_positive",
      sql`least(${table.intervalMs}, ${table.tryTimeoutMs}, ${table.timeoutMs}, ${table.successes}, ${table.memoryBytes}, 1) > 0 and (${table.cpus} is null or ${table.cpus} > 0)`,
    ),
    check("service_settings_path", sql`${table.path} is null or ${table.path} like '/%'`),
  ],
);

/** Hosts that users gave to a service, beside those that Baton makes of its name. What serves them is in `domains`. */
export const customDomains = pgTable(
  "custom_domains",
  {
    host: text().primaryKey(),
    installationId: rowId<InstallationId>("installation_id")
      .notNull()
      .references(() => installations.id, { onDelete: "cascade" }),
    service: text().notNull(),
  },
  (table) => [
    index("custom_domains_installation").on(table.installationId),
    check("custom_domains_host", sql`${table.host} = lower(${table.host}) and ${table.host} <> ''`),
  ],
);
