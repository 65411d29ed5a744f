import { sql } from "drizzle-orm";
import { bigint, boolean, check, index, integer, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type {
  BackupFile,
  BackupPlace,
  BackupReason,
  BackupStatus,
  DataFacts,
  DrillStatus,
  DumpMethod,
  MigrationBackup,
  RestoreTarget,
  Retention,
} from "../../model/backup.ts";
import type { BackupId, DeploymentId, DrillId, InstallationId, OwnBackupId, RestoreId } from "../../model/names/ids.ts";
import type { OwnBackupReason } from "../../model/own-backup.ts";
import { bytes, document, moment, outsideText, rowId } from "../postgres/column-types.ts";
import { deployments, installations } from "./deployments.ts";

/** Where backups go and what seals them: at most one row. */
export const backupSettings = pgTable(
  "backup_settings",
  {
    id: integer().primaryKey(),
    /** Null is the folder in Baton's data. */
    place: document<BackupPlace>("place"),
    /** The secret access key of an S3 server, sealed. */
    placeSecret: bytes("place_secret"),
    /** The `age` recipient of encrypted backups, and its identity, sealed. */
    recipient: text(),
    identity: bytes(),
  },
  (table) => [check("backup_settings_one", sql`${table.id} = 1`)],
);

export const backupPlans = pgTable(
  "backup_plans",
  {
    installationId: rowId<InstallationId>("installation_id")
      .primaryKey()
      .references(() => installations.id, { onDelete: "cascade" }),
    cron: text(),
    timezone: text().notNull(),
    keep: document<Retention>("keep").notNull(),
    isEncrypted: boolean("is_encrypted").notNull(),
    beforeMigration: text("before_migration").notNull().default("automatic").$type<MigrationBackup>(),
    nextAt: moment("next_at"),
  },
  (table) => [
    check("backup_plans_before_migration", sql`${table.beforeMigration} in ('automatic', 'always', 'never')`),
  ],
);

export const backups = pgTable(
  "backups",
  {
    id: rowId<BackupId>("id").primaryKey().generatedAlwaysAsIdentity(),
    installationId: rowId<InstallationId>("installation_id")
      .notNull()
      .references(() => installations.id, { onDelete: "cascade" }),
    service: text().notNull(),
    method: text().notNull().$type<DumpMethod>(),
    reason: text().notNull().$type<BackupReason>(),
    status: text().notNull().$type<BackupStatus>(),
    deploymentId: rowId<DeploymentId>("deployment_id"),
    madeForId: rowId<DeploymentId>("made_for_id").references(() => deployments.id, { onDelete: "set null" }),
    requestedBy: outsideText("requested_by"),
    createdAt: moment("created_at").notNull(),
    startedAt: moment("started_at"),
    finishedAt: moment("finished_at"),
    readBytes: bigint("read_bytes", { mode: "number" }).notNull().default(0),
    storedBytes: bigint("stored_bytes", { mode: "number" }).notNull().default(0),
    folder: text().notNull(),
    files: document<readonly BackupFile[]>("files").notNull().default([]),
    isEncrypted: boolean("is_encrypted").notNull(),
    frozenMs: integer("frozen_ms").notNull().default(0),
    facts: document<DataFacts>("facts"),
    failure: outsideText(),
    removedAt: moment("removed_at"),
  },
  (table) => [
    index("backups_installation").on(table.installationId, table.id),
    index("backups_made_for").on(table.madeForId).where(sql`${table.madeForId} is not null`),
    index("backups_unfinished").on(table.id).where(sql`${table.status} in ('queued', 'running')`),
    check("backups_status", sql`${table.status} in ('queued', 'running', 'done', 'failed')`),
    check("backups_method", sql`${table.method} in ('postgres', 'mysql', 'mongodb', 'redis', 'volume')`),
    check("backups_reason", sql`${table.reason} in ('schedule', 'manual', 'before-restore', 'before-migration')`),
    check("backups_finished", sql`(${table.status} in ('done', 'failed')) = (${table.finishedAt} is not null)`),
  ],
);

export const restores = pgTable(
  "restores",
  {
    id: rowId<RestoreId>("id").primaryKey().generatedAlwaysAsIdentity(),
    backupId: rowId<BackupId>("backup_id")
      .notNull()
      .references(() => backups.id, { onDelete: "cascade" }),
    installationId: rowId<InstallationId>("installation_id")
      .notNull()
      .references(() => installations.id, { onDelete: "cascade" }),
    into: text().notNull().$type<RestoreTarget>(),
    status: text().notNull().$type<BackupStatus>(),
    requestedBy: outsideText("requested_by").notNull(),
    deploymentId: rowId<DeploymentId>("deployment_id").references(() => deployments.id, { onDelete: "set null" }),
    createdAt: moment("created_at").notNull(),
    finishedAt: moment("finished_at"),
    safetyBackupId: rowId<BackupId>("safety_backup_id").references(() => backups.id, { onDelete: "set null" }),
    restored: document<readonly string[]>("restored").notNull().default([]),
    failure: outsideText(),
  },
  (table) => [
    index("restores_installation").on(table.installationId, table.id),
    check("restores_into", sql`${table.into} in ('same', 'new')`),
    check("restores_status", sql`${table.status} in ('queued', 'running', 'done', 'failed')`),
    check("restores_finished", sql`(${table.status} in ('done', 'failed')) = (${table.finishedAt} is not null)`),
  ],
);

export const ownBackups = pgTable(
  "own_backups",
  {
    id: rowId<OwnBackupId>("id").primaryKey().generatedAlwaysAsIdentity(),
    reason: text().notNull().$type<OwnBackupReason>(),
    status: text().notNull().$type<DrillStatus>(),
    requestedBy: outsideText("requested_by"),
    createdAt: moment("created_at").notNull(),
    startedAt: moment("started_at"),
    finishedAt: moment("finished_at"),
    place: document<BackupPlace>("place"),
    file: text(),
    bytes: bigint({ mode: "number" }).notNull().default(0),
    failure: outsideText(),
    removedAt: moment("removed_at"),
  },
  (table) => [
    uniqueIndex("own_backups_unfinished").on(sql`(true)`).where(sql`${table.status} in ('queued', 'running')`),
    check("own_backups_reason", sql`${table.reason} in ('schedule', 'manual', 'command')`),
    check("own_backups_status", sql`${table.status} in ('queued', 'running', 'done', 'failed', 'stopped')`),
    check("own_backups_finished", sql`(${table.status} in ('queued', 'running')) = (${table.finishedAt} is null)`),
    check("own_backups_done", sql`(${table.status} = 'done') = (${table.file} is not null)`),
  ],
);

export const drills = pgTable(
  "drills",
  {
    id: rowId<DrillId>("id").primaryKey().generatedAlwaysAsIdentity(),
    backupId: rowId<BackupId>("backup_id")
      .notNull()
      .references(() => backups.id, { onDelete: "cascade" }),
    installationId: rowId<InstallationId>("installation_id")
      .notNull()
      .references(() => installations.id, { onDelete: "cascade" }),
    service: text().notNull(),
    status: text().notNull().$type<DrillStatus>(),
    requestedBy: outsideText("requested_by"),
    createdAt: moment("created_at").notNull(),
    startedAt: moment("started_at"),
    finishedAt: moment("finished_at"),
    facts: document<DataFacts>("facts"),
    isHealthy: boolean("is_healthy").notNull().default(false),
    failure: outsideText(),
  },
  (table) => [
    index("drills_installation").on(table.installationId, table.id),
    check("drills_status", sql`${table.status} in ('queued', 'running', 'done', 'failed', 'stopped')`),
    check("drills_finished", sql`(${table.status} in ('queued', 'running')) = (${table.finishedAt} is null)`),
  ],
);
