import type { BackupPlace, DrillStatus, Retention } from "./backup.ts";
import type { OwnBackupId } from "./names/ids.ts";

/** `command`: by `npm run backup`. */
export const ownBackupReasons = ["schedule", "manual", "command"] as const;
export type OwnBackupReason = (typeof ownBackupReasons)[number];

/** A backup of Baton itself: one archive. */
export interface OwnBackup {
  readonly id: OwnBackupId;
  readonly reason: OwnBackupReason;
  /** `stopped`: Baton stopped meanwhile. A restored server finds the one that it was restored from so. */
  readonly status: DrillStatus;
  /** Who asked for it; null for a schedule and for the command. */
  readonly requestedBy: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Where the archive was written; null until it is. */
  readonly place: BackupPlace | null;
  /** The name of the archive there. */
  readonly file: string | null;
  readonly bytes: number;
  /** Why it failed: a sentence. */
  readonly failure: string | null;
  /** When its archive was removed, because newer ones took its place. */
  readonly removedAt: Date | null;
}

/** When Baton itself is backed up, and which of these backups stay. */
export interface OwnBackupSchedule {
  /** Five fields, as in a crontab. */
  readonly cron: string;
  readonly timezone: string;
  readonly keep: Retention;
}

export interface OwnBackupSettings {
  /** Null when nothing is scheduled. */
  readonly schedule: OwnBackupSchedule | null;
  /** A folder, or `s3://bucket/folder`. */
  readonly to: string;
  /** Whether it is the folder in Baton's data, which is lost with the server. */
  readonly isOwnFolder: boolean;
  /** The file with the passphrase that seals the key; null when it comes from the environment. */
  readonly passphraseFile: string | null;
}
