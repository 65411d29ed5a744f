import { sql } from "drizzle-orm";
import { boolean, check, index, integer, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { CommitSha, DeploymentId, ProductId } from "../../model/names/ids.ts";
import type { ReportReceipt, ReportState } from "../../ports/forge.ts";
import type { Outcome, SourceEvent } from "../../ports/store/deliveries.ts";
import { bytes, document, moment, outsideText, rowId } from "../postgres/column-types.ts";
import { deployments } from "./deployments.ts";
import { products } from "./products.ts";

/**
 * How a product's code is fetched from its repository; `plainSource` applies when there is no row. Secrets are sealed:
 * see secrets.ts.
 */
export const sources = pgTable(
  "sources",
  {
    productId: rowId<ProductId>("product_id")
      .primaryKey()
      .references(() => products.id, { onDelete: "cascade" }),
    rootDirectory: outsideText("root_directory").notNull().default(""),
    paths: document<readonly string[]>("paths").notNull().default([]),
    pollMinutes: integer("poll_minutes"),
    polledAt: moment("polled_at"),
    token: bytes(),
    publicKey: text("public_key"),
    privateKey: bytes("private_key"),
    hostKey: text("host_key"),
    webhookSecret: bytes("webhook_secret"),
    pingedAt: moment("pinged_at"),
    reportStatus: boolean("report_status").notNull().default(true),
    reportDeployment: boolean("report_deployment").notNull().default(true),
    reportComment: boolean("report_comment").notNull().default(true),
  },
  (table) => [
    check("sources_poll_minutes", sql`coalesce(${table.pollMinutes} >= 1, true)`),
    check("sources_key", sql`num_nulls(${table.publicKey}, ${table.privateKey}) in (0, 2)`),
  ],
);

/** The ledger of deliveries from forges. Duplicates are detected among the `genuine` ones; the rest was refused. */
export const webhookDeliveries = pgTable(
  "webhook_deliveries",
  {
    // By default, not always, because a batch knows its numbers before its rows are written.
    id: rowId<number>("id").primaryKey().generatedByDefaultAsIdentity(),
    productId: rowId<ProductId>("product_id")
      .notNull()
      .references(() => products.id, { onDelete: "cascade" }),
    at: moment("at").notNull(),
    via: text().notNull(),
    deliveryId: text("delivery_id"),
    /** A digest of the body, which a replay has, too. */
    digest: text(),
    /** Whether this was the first delivery with its id; later ones are in the ledger as well. */
    first: boolean().notNull(),
    genuine: boolean().notNull(),
    name: text().notNull(),
    outcome: text().notNull().$type<Outcome>(),
    verdict: outsideText().notNull(),
    commitSha: text("commit_sha").$type<CommitSha>(),
    again: rowId<number>("again"),
    event: document<SourceEvent>("event"),
    headers: document<Readonly<Record<string, string>>>("headers"),
    body: outsideText(),
    bodyBytes: integer("body_bytes"),
  },
  (table) => [
    uniqueIndex("webhook_deliveries_once")
      .on(table.productId, table.deliveryId)
      .where(sql`${table.first} and ${table.deliveryId} is not null`),
    index("webhook_deliveries_product").on(table.productId, table.genuine, table.id),
    index("webhook_deliveries_digest").on(table.productId, table.digest).where(sql`${table.first}`),
    check("webhook_deliveries_refused", sql`${table.genuine} = (${table.outcome} <> 'refused')`),
    check("webhook_deliveries_first", sql`${table.genuine} or not ${table.first}`),
  ],
);

/** The deployments that a delivery created, or that it would have duplicated. */
export const deliveryDeployments = pgTable(
  "delivery_deployments",
  {
    deliveryId: rowId<number>("delivery_id")
      .notNull()
      .references(() => webhookDeliveries.id, { onDelete: "cascade" }),
    deploymentId: rowId<DeploymentId>("deployment_id")
      .notNull()
      .references(() => deployments.id, { onDelete: "cascade" }),
  },
  (table) => [
    primaryKey({ columns: [table.deliveryId, table.deploymentId] }),
    index("delivery_deployments_deployment").on(table.deploymentId),
  ],
);

/** The reports to a forge about a deployment. */
export const forgeReports = pgTable(
  "forge_reports",
  {
    deploymentId: rowId<DeploymentId>("deployment_id")
      .primaryKey()
      .references(() => deployments.id, { onDelete: "cascade" }),
    /** The state that was reported last; null when none was. */
    reported: text("told").$type<ReportState>(),
    receipt: document<ReportReceipt>("receipt"),
    /** The state that could not be reported, the number of attempts, and the last error. */
    trying: text().$type<ReportState>(),
    tries: integer().notNull().default(0),
    trouble: outsideText(),
    /** Null while there is an error means that Baton has given up. */
    nextTryAt: moment("next_try_at"),
  },
  (table) => [index("forge_reports_trouble").on(table.deploymentId).where(sql`${table.trouble} is not null`)],
);
