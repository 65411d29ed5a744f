import { isNull, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import {
  boolean,
  check,
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
} from "../../model/deployment/deployment.ts";
import type { EventBody } from "../../model/deployment/event.ts";
import type { CommitSha, DeploymentId, EnvironmentId, InstallationId, ProductId } from "../../model/names/ids.ts";
import { deploymentLaw } from "../deployments/deployment-law.ts";
import type { StoredSpec } from "../deployments/stored-spec.ts";
import { document, moment, outsideText, rowId } from "../postgres/column-types.ts";
import { environments, products } from "./products.ts";

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
    /** Whether the volumes of a deleted installation are kept. */
    keepVolumes: boolean("keep_volumes").notNull().default(true),
  },
  (table) => [
    uniqueIndex("installations_place").on(table.productId, table.environmentId).where(isNull(table.deletedAt)),
    // Both columns, so that only a deployment of the installation's own can be live in it.
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
    // By default, not always, because a push reserves its id before the row is written.
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
    /** The deployment that made the backups which this one restores. */
    dataBeforeId: rowId<DeploymentId>("data_before_id").references((): AnyPgColumn => deployments.id),
    fresh: boolean().notNull().default(false),
    sessionId: text("session_id"),
    spec: document<StoredSpec>("spec"),
    failure: document<Failure>("failure"),
    reason: text().$type<StopReason>(),
    replacedId: rowId<DeploymentId>("replaced_id").references((): AnyPgColumn => deployments.id),
    cancelRequestedAt: moment("cancel_requested_at"),
    /** Who cancelled or stopped it. */
    stoppedBy: outsideText("stopped_by"),
    createdAt: moment("created_at").notNull(),
    startedAt: moment("started_at"),
    liveAt: moment("live_at"),
    readyAt: moment("ready_at"),
    finishedAt: moment("finished_at"),
    /** The number of its newest event. */
    lastSeq: integer("last_seq").notNull().default(0),
    /** Whether nothing will be written about it any more: its last event is `settled`. */
    settled: boolean().notNull().default(false),
    /** Whether its log was removed because of its age. */
    logPruned: boolean("log_pruned").notNull().default(false),
  },
  (table) => [
    unique("deployments_number").on(table.installationId, table.number),
    unique("deployments_installation").on(table.installationId, table.id),
    uniqueIndex("deployments_one_running")
      .on(table.installationId)
      .where(sql`${table.status} in ('building', 'deploying')`),
    index("deployments_unsettled").on(table.id).where(sql`not ${table.settled}`),
    index("deployments_with_log").on(table.id).where(sql`${table.settled} and not ${table.logPruned}`),
    index("deployments_status").on(table.status, table.id),
    // For the reports of the last days.
    index("deployments_created_at").on(table.createdAt),
    index("deployments_undecided").on(table.id).where(sql`${table.status} in ('queued', 'building', 'deploying')`),
    // Ordered by id, because of several installations with one name the newest is meant.
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
    check("deployment_events_seq", sql`${table.seq} >= 1`),
  ],
);
