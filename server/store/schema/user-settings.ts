import { sql } from "drizzle-orm";
import {
  type AnyPgColumn,
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
import type { EnvironmentId, InstallationId, ProductId } from "../../model/names/ids.ts";
import { bytes, rowId } from "../postgres/column-types.ts";
import { installations } from "./deployments.ts";
import { environments, products } from "./products.ts";

/** What the tables of variables have in common, besides their owner. */
const variableColumns = () => ({
  name: text().notNull(),
  /** Sealed: see keys/secrets.ts. */
  value: bytes().notNull(),
  /** Whether builds get it, too; null lets its name decide. */
  atBuild: boolean("at_build"),
  /** Whether its value is hidden. */
  secret: boolean().notNull().default(true),
  /** Whether nobody can have its value shown, so that it can only be replaced. */
  writeOnly: boolean("write_only").notNull().default(false),
  /** Whether its value refers to other variables. Values from before references did not. */
  refers: boolean().notNull().default(false),
});

const nameRule = (table: { readonly name: AnyPgColumn }) => sql`${table.name} ~ '^[A-Za-z_][A-Za-z0-9_.-]{0,127}$'`;
const writeOnlyRule = (table: { readonly secret: AnyPgColumn; readonly writeOnly: AnyPgColumn }) =>
  sql`${table.secret} or not ${table.writeOnly}`;

export const variables = pgTable(
  "variables",
  {
    installationId: rowId<InstallationId>("installation_id")
      .notNull()
      .references(() => installations.id, { onDelete: "cascade" }),
    ...variableColumns(),
  },
  (table) => [
    primaryKey({ columns: [table.installationId, table.name] }),
    check("variables_name", nameRule(table)),
    check("variables_write_only", writeOnlyRule(table)),
  ],
);

/** Variables of all installations of a product; an installation's own override them. */
export const productVariables = pgTable(
  "product_variables",
  {
    productId: rowId<ProductId>("product_id")
      .notNull()
      .references(() => products.id, { onDelete: "cascade" }),
    ...variableColumns(),
  },
  (table) => [
    primaryKey({ columns: [table.productId, table.name] }),
    check("product_variables_name", nameRule(table)),
    check("product_variables_write_only", writeOnlyRule(table)),
  ],
);

/** Variables of all installations in an environment; a product's and an installation's override them. */
export const environmentVariables = pgTable(
  "environment_variables",
  {
    environmentId: rowId<EnvironmentId>("environment_id")
      .notNull()
      .references(() => environments.id, { onDelete: "cascade" }),
    ...variableColumns(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.name] }),
    check("environment_variables_name", nameRule(table)),
    check("environment_variables_write_only", writeOnlyRule(table)),
  ],
);

/** How often a service runs, as a user has set it: see Scaling. A service that nobody has scaled has no row. */
export const serviceScalings = pgTable(
  "service_scalings",
  {
    installationId: rowId<InstallationId>("installation_id")
      .notNull()
      .references(() => installations.id, { onDelete: "cascade" }),
    service: text().notNull(),
    replicas: integer(),
    sticky: boolean(),
  },
  (table) => [
    primaryKey({ columns: [table.installationId, table.service] }),
    check("service_scalings_replicas", sql`${table.replicas} is null or ${table.replicas} between 1 and 32`),
  ],
);

/**
 * Settings of a service that do not come from its repository: see ServiceSettings. A service without settings has no
 * row.
 */
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

/**
 * Hosts that users added to a service, in addition to those that Baton derives from its name. `domains` records what
 * serves them.
 */
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
