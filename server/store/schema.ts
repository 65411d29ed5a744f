import { isNull, sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  bigint,
  boolean,
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import type {
  DeployingStep,
  DeploymentStatus,
  Failure,
  StopReason,
  TriggerKind,
} from "../model/deployment/deployment.ts";
import type { EventBody } from "../model/deployment/event.ts";
import type {
  CommitSha,
  DeploymentId,
  EnvironmentId,
  InstallationId,
  InstanceId,
  ProductId,
} from "../model/names/ids.ts";
import type { PushWatch, Slug } from "../model/product.ts";
import type { ReportReceipt, ReportState } from "../ports/forge.ts";
import type { Outcome, SourceEvent } from "../ports/store/deliveries.ts";
import { deploymentLaw } from "./deployments/deployment-law.ts";
import type { StoredSpec } from "./deployments/stored-spec.ts";
import { bytes, document, moment, network, outsideText, rowId } from "./postgres/column-types.ts";

/** This Baton: exactly one row, made by the migration that seeds. */
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
  /** What its new installations track where nobody says. */
  branch: outsideText(),
});

export const products = pgTable(
  "products",
  {
    id: rowId<ProductId>("id").primaryKey().generatedAlwaysAsIdentity(),
    slug: text().notNull().$type<Slug>(),
    repository: outsideText(),
    watch: text().notNull().default("wait").$type<PushWatch>(),
    createdAt: moment("created_at").notNull(),
    deletedAt: moment("deleted_at"),
  },
  (table) => [
    uniqueIndex("products_slug").on(table.slug).where(isNull(table.deletedAt)),
    check("products_watch_known", sql`${table.watch} in ('wait', 'background')`),
    check("products_slug_rule", sql`${table.slug} ~ '^[a-z](-?[a-z0-9])*$' and length(${table.slug}) <= 40`),
  ],
);

export const installations = pgTable(
  "installations",
  {
    id: rowId<InstallationId>("id").primaryKey().generatedAlwaysAsIdentity(),
    productId: rowId<ProductId>("product_id")
      .notNull()
      .references(() => products.id, { onDelete: "cascade" }),
    environmentId: rowId<EnvironmentId>("environment_id")
      .notNull()
      .references(() => environments.id),
    branch: outsideText(),
    liveDeploymentId: rowId<DeploymentId>("live_deployment_id"),
    stopped: boolean().notNull().default(false),
    deletedAt: moment("deleted_at"),
    /** Of one that was deleted: its volumes stay. */
    keepVolumes: boolean("keep_volumes").notNull().default(true),
  },
  (table) => [
    uniqueIndex("installations_place").on(table.productId, table.environmentId).where(isNull(table.deletedAt)),
    // Both columns, so that nothing but a deployment of its own can be live in an installation.
    foreignKey({
      name: "installations_live_deployment",
      columns: [table.id, table.liveDeploymentId],
      foreignColumns: [deployments.installationId, deployments.id] as [AnyPgColumn, AnyPgColumn],
    }),
    check("installations_stopped", sql`not (${table.stopped} and ${table.liveDeploymentId} is not null)`),
  ],
);

export const deployments = pgTable(
  "deployments",
  {
    // By default, not always: a push reserves its id before the row is written.
    id: rowId<DeploymentId>("id").primaryKey().generatedByDefaultAsIdentity(),
    installationId: rowId<InstallationId>("installation_id")
      .notNull()
      .references((): AnyPgColumn => installations.id, { onDelete: "cascade" }),
    number: integer().notNull(),
    status: text().notNull().$type<DeploymentStatus>(),
    step: text().$type<DeployingStep>(),
    attempt: integer().notNull().default(0),
    trigger: text().notNull().$type<TriggerKind>(),
    requestedBy: outsideText("requested_by"),
    ref: outsideText(),
    commitSha: text("commit_sha").$type<CommitSha>(),
    commitMessage: outsideText("commit_message"),
    commitAuthor: outsideText("commit_author"),
    sourceId: rowId<DeploymentId>("source_id").references((): AnyPgColumn => deployments.id),
    variablesFrom: text("variables_from").notNull().$type<"then" | "now">(),
    fresh: boolean().notNull().default(false),
    sessionId: text("session_id"),
    spec: document<StoredSpec>("spec"),
    failure: document<Failure>("failure"),
    reason: text().$type<StopReason>(),
    replacedId: rowId<DeploymentId>("replaced_id").references((): AnyPgColumn => deployments.id),
    cancelRequestedAt: moment("cancel_requested_at"),
    createdAt: moment("created_at").notNull(),
    startedAt: moment("started_at"),
    liveAt: moment("live_at"),
    readyAt: moment("ready_at"),
    finishedAt: moment("finished_at"),
    /** The number of its newest event. */
    lastSeq: integer("last_seq").notNull().default(0),
  },
  (table) => [
    unique("deployments_number").on(table.installationId, table.number),
    unique("deployments_installation").on(table.installationId, table.id),
    uniqueIndex("deployments_one_running")
      .on(table.installationId)
      .where(sql`${table.status} in ('building', 'deploying')`),
    index("deployments_undecided").on(table.id).where(sql`${table.status} in ('queued', 'building', 'deploying')`),
    // By id, because of several that were given one name the newest is meant.
    index("deployments_session").on(table.sessionId, table.id).where(sql`${table.sessionId} is not null`),
    index("deployments_ready_at").on(table.installationId, table.readyAt).where(sql`${table.readyAt} is not null`),
    ...deploymentLaw(table),
  ],
);

export const deploymentEvents = pgTable(
  "deployment_events",
  {
    deploymentId: rowId<DeploymentId>("deployment_id")
      .notNull()
      .references(() => deployments.id, { onDelete: "cascade" }),
    seq: integer().notNull(),
    at: moment("at").notNull(),
    type: text().notNull().$type<EventBody["type"]>(),
    body: document<EventBody>("body").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.deploymentId, table.seq] }),
    index("deployment_events_stacks").on(table.deploymentId, table.seq).where(sql`${table.type} = 'stack'`),
    index("deployment_events_settled").on(table.deploymentId).where(sql`${table.type} = 'settled'`),
    check("deployment_events_seq", sql`${table.seq} >= 1`),
  ],
);

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

/** Who may serve a host. Claimed before a cut-over; the primary key is what makes a host unique. */
export const domains = pgTable(
  "domains",
  {
    host: text().primaryKey(),
    installationId: rowId<InstallationId>("installation_id")
      .notNull()
      .references(() => installations.id, { onDelete: "cascade" }),
    service: text().notNull(),
    waits: boolean().notNull().default(false),
  },
  (table) => [
    index("domains_installation").on(table.installationId),
    check("domains_host", sql`${table.host} = lower(${table.host}) and ${table.host} <> ''`),
  ],
);

export const portLeases = pgTable(
  "port_leases",
  {
    port: integer().primaryKey(),
    deploymentId: rowId<DeploymentId>("deployment_id").references(() => deployments.id, { onDelete: "cascade" }),
    /** Of a service that outlives deployments: it keeps its port. */
    installationId: rowId<InstallationId>("installation_id").references(() => installations.id, {
      onDelete: "cascade",
    }),
    service: text().notNull(),
  },
  (table) => [
    unique("port_leases_service").on(table.deploymentId, table.service),
    unique("port_leases_lasting").on(table.installationId, table.service),
    check("port_leases_holder", sql`num_nonnulls(${table.deploymentId}, ${table.installationId}) = 1`),
    check("port_leases_port", sql`${table.port} between 1 and 65535`),
  ],
);

export const subnetLeases = pgTable(
  "subnet_leases",
  {
    subnet: network().primaryKey(),
    deploymentId: rowId<DeploymentId>("deployment_id")
      .unique()
      .references(() => deployments.id, { onDelete: "cascade" }),
    installationId: rowId<InstallationId>("installation_id")
      .unique()
      .references(() => installations.id, { onDelete: "cascade" }),
  },
  (table) => [check("subnet_leases_holder", sql`num_nonnulls(${table.deploymentId}, ${table.installationId}) = 1`)],
);

export const tokens = pgTable(
  "tokens",
  {
    id: rowId<number>("id").primaryKey().generatedAlwaysAsIdentity(),
    name: text().notNull(),
    sha256: bytes().notNull().unique(),
    administrator: boolean().notNull().default(false),
    createdAt: moment("created_at").notNull().defaultNow(),
  },
  (table) => [
    uniqueIndex("tokens_one_administrator").on(table.administrator).where(sql`${table.administrator}`),
    check("tokens_sha256", sql`length(${table.sha256}) = 32`),
  ],
);

export const sessions = pgTable(
  "sessions",
  {
    sha256: bytes().primaryKey(),
    name: text().notNull(),
    createdAt: moment("created_at").notNull().defaultNow(),
    expiresAt: moment("expires_at").notNull(),
  },
  (table) => [
    index("sessions_expires_at").on(table.expiresAt),
    check("sessions_sha256", sql`length(${table.sha256}) = 32`),
  ],
);

/** Who did what. Rules in its migration let nobody change or remove a row. */
export const auditEntries = pgTable(
  "audit_entries",
  {
    id: rowId<number>("id").primaryKey().generatedAlwaysAsIdentity(),
    at: moment("at").notNull(),
    who: outsideText().notNull(),
    what: text().notNull(),
    subject: outsideText().notNull(),
    detail: outsideText(),
    /** No reference: what was done stays told when the thing is gone. */
    deploymentId: rowId<DeploymentId>("deployment_id"),
    address: outsideText().notNull(),
  },
  (table) => [check("audit_entries_words", sql`${table.who} <> '' and ${table.what} <> ''`)],
);

export const settings = pgTable("settings", {
  name: text().primaryKey(),
  value: text().notNull(),
});

/** How a product's code is fetched from its repository; no row: as `plainSource` says. Secrets are sealed: see secrets.ts. */
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

/** The ledger of what forges delivered. `genuine` ones are what duplicates are measured by; the rest was refused. */
export const webhookDeliveries = pgTable(
  "webhook_deliveries",
  {
    // By default, not always: a batch knows its numbers before its rows are written.
    id: rowId<number>("id").primaryKey().generatedByDefaultAsIdentity(),
    productId: rowId<ProductId>("product_id")
      .notNull()
      .references(() => products.id, { onDelete: "cascade" }),
    at: moment("at").notNull(),
    via: text().notNull(),
    deliveryId: text("delivery_id"),
    /** Of its body: a replay has it, too. */
    digest: text(),
    /** Only the first of an id counts; those that came again are in the ledger as well. */
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

/** Which deployments a delivery made, or was one too many of. */
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

/** What a forge was told of a deployment. */
export const forgeReports = pgTable("forge_reports", {
  deploymentId: rowId<DeploymentId>("deployment_id")
    .primaryKey()
    .references(() => deployments.id, { onDelete: "cascade" }),
  /** The state that was told last; null: none yet. */
  told: text().$type<ReportState>(),
  receipt: document<ReportReceipt>("receipt"),
  /** The state that could not be told, how often that was tried, and the last reason. */
  trying: text().$type<ReportState>(),
  tries: integer().notNull().default(0),
  trouble: outsideText(),
  /** Null while there is trouble: given up. */
  nextTryAt: moment("next_try_at"),
});
