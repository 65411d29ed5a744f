import { resolve } from "node:path";
import type { OwnBackupSchedule } from "../model/own-backup.ts";
import { parseRetention, retentionRule } from "../rules/backup/retention-text.ts";
import { scheduleFault } from "../rules/backup/schedule.ts";
import { BadConfig, type EnvironmentVariables, wrong } from "./bad-config.ts";

/** Backups of Baton itself. */
export interface OwnBackupConfig {
  /** Null is the folder in Baton's data. It is judged when a backup is made: the keys of a bucket may be missing here. */
  readonly to: string | null;
  readonly schedule: OwnBackupSchedule | null;
  readonly passphrase: string | null;
  /** The variables that say more about the place, and those that an archive names. */
  readonly environment: EnvironmentVariables;
}

export function readOwnBackupConfig(environment: EnvironmentVariables, workingFolder: string): OwnBackupConfig {
  return {
    to: backupTo(environment.BATON_BACKUP_TO?.trim() || null, workingFolder),
    schedule: backupSchedule((name, fallback) => environment[name]?.trim() || fallback),
    passphrase: environment.BATON_BACKUP_PASSPHRASE?.trim() || null,
    environment,
  };
}

/** A path may be relative. */
function backupTo(value: string | null, workingFolder: string): string | null {
  return value === null || value.includes("://") ? value : resolve(workingFolder, value);
}

function backupSchedule(text: (name: string, fallback: string) => string): OwnBackupSchedule | null {
  const cron = text("BATON_BACKUP_CRON", "off");
  const timezone = text("BATON_BACKUP_TIMEZONE", "UTC");
  const kept = text("BATON_BACKUP_KEEP", "7d 4w 6m");
  const keep = parseRetention(kept);
  if (keep === null) throw wrong("BATON_BACKUP_KEEP", kept, retentionRule);
  // Whether a schedule is one does not depend on the time.
  const fault = scheduleFault(cron === "off" ? "0 3 * * *" : cron, timezone, new Date(0));
  if (fault !== null) throw new BadConfig(`BATON_BACKUP_CRON and BATON_BACKUP_TIMEZONE: ${fault}`);
  return cron === "off" ? null : { cron, timezone, keep };
}
