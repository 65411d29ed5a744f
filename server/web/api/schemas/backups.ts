import { z } from "@hono/zod-openapi";
import type { Backup, BackupPlan, Drill, Restore } from "../../../model/backup.ts";
import {
  backupReasons,
  backupStatuses,
  drillStatuses,
  dumpMethods,
  migrationBackups,
  restoreTargets,
} from "../../../model/backup.ts";
import { id, time } from "./ids.ts";

export const backupSchema = z
  .object({
    id,
    productDeployment: id,
    service: z.string(),
    method: z.enum(dumpMethods),
    reason: z.enum(backupReasons),
    madeFor: id.nullable().openapi({ description: "The deployment that made it before it changed the data" }),
    status: z.enum(backupStatuses),
    requestedBy: z.string().nullable(),
    createdAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
    readBytes: z.int(),
    storedBytes: z.int(),
    folder: z.string().openapi({ description: "Below the backup place" }),
    files: z.array(z.object({ name: z.string(), of: z.string(), bytes: z.int() })),
    encrypted: z.boolean(),
    frozenMs: z.int().openapi({ description: "How long the service was frozen" }),
    tables: z.int().nullable(),
    rows: z.int().nullable(),
    failure: z.string().nullable(),
    removedAt: time.nullable(),
  })
  .openapi("Backup");

export function backupJson(backup: Backup): z.infer<typeof backupSchema> {
  const {
    installationId,
    facts,
    isEncrypted,
    deploymentId: _,
    madeForId: madeFor,
    createdAt,
    startedAt,
    finishedAt,
    removedAt,
    ...rest
  } = backup;
  return {
    ...{ ...rest, files: [...rest.files], productDeployment: installationId, madeFor, encrypted: isEncrypted },
    ...{ tables: facts?.tables ?? null, rows: facts?.rows ?? null },
    createdAt: createdAt.toISOString(),
    startedAt: startedAt?.toISOString() ?? null,
    finishedAt: finishedAt?.toISOString() ?? null,
    removedAt: removedAt?.toISOString() ?? null,
  };
}

export const restoreSchema = z
  .object({
    id,
    backup: id,
    productDeployment: id,
    into: z.enum(restoreTargets),
    status: z.enum(backupStatuses),
    requestedBy: z.string(),
    deployment: id.nullable().openapi({ description: "The deployment that goes back with the data" }),
    createdAt: time,
    finishedAt: time.nullable(),
    safetyBackup: id.nullable().openapi({ description: "The backup of what was there before" }),
    restored: z.array(z.string()).openapi({ description: "The databases or volumes that were filled" }),
    failure: z.string().nullable(),
  })
  .openapi("Restore");

export function restoreJson(restore: Restore): z.infer<typeof restoreSchema> {
  const { backupId, installationId, deploymentId, safetyBackupId, createdAt, finishedAt, ...rest } = restore;
  return {
    ...{ ...rest, restored: [...rest.restored], backup: backupId, productDeployment: installationId },
    ...{ deployment: deploymentId, safetyBackup: safetyBackupId, createdAt: createdAt.toISOString() },
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}

export const drillSchema = z
  .object({
    id,
    backup: id,
    productDeployment: id,
    service: z.string(),
    status: z.enum(drillStatuses).openapi({ description: "`stopped` says nothing about the backup" }),
    requestedBy: z.string().nullable().openapi({ description: "Null for the one of each night" }),
    createdAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
    tables: z.int().nullable(),
    rows: z.int().nullable(),
    healthy: z
      .boolean()
      .openapi({ description: "Whether the service's own health check succeeded; false without one" }),
    failure: z.string().nullable(),
  })
  .openapi("RestoreDrill");

export function drillJson({
  backupId,
  installationId,
  facts,
  isHealthy,
  ...drill
}: Drill): z.infer<typeof drillSchema> {
  return {
    ...{ ...drill, backup: backupId, productDeployment: installationId, healthy: isHealthy },
    ...{ tables: facts?.tables ?? null, rows: facts?.rows ?? null },
    createdAt: drill.createdAt.toISOString(),
    startedAt: drill.startedAt?.toISOString() ?? null,
    finishedAt: drill.finishedAt?.toISOString() ?? null,
  };
}

export const drillRequestSchema = z.object({ service: z.string() });

const count = z.int().min(0).max(1000);

export const planSchema = z
  .object({
    cron: z.string().max(100).nullable().openapi({ example: "0 3 * * *", description: "Null turns it off" }),
    timezone: z.string().max(60).openapi({ example: "Europe/Berlin" }),
    keep: z.object({ hourly: count, daily: count, weekly: count, monthly: count }),
    encrypted: z.boolean(),
    beforeMigration: z.enum(migrationBackups).default("automatic").openapi({
      description:
        "Whether data is backed up before init services run. `automatic`: what is known to take less than a minute",
    }),
  })
  .openapi("BackupPlan");

export const shownPlanSchema = planSchema.extend({ nextAt: time.nullable() }).openapi("ShownBackupPlan");

export function planJson({ isEncrypted, nextAt, ...plan }: BackupPlan): z.infer<typeof shownPlanSchema> {
  return { ...plan, encrypted: isEncrypted, nextAt: nextAt?.toISOString() ?? null };
}

export const backupRequestSchema = z.object({
  service: z.string().optional().openapi({ description: "Omitted, all services that keep data are backed up" }),
});

export const restoreRequestSchema = z.object({
  into: z.enum(restoreTargets).openapi({ description: "`same` replaces what is there, after a backup of it" }),
});
