import type { BackupId, DeploymentId, DrillId, InstallationId, RestoreId } from "./names/ids.ts";

/**
 * How data is copied: with the dump tool of its database, or as an archive of the volumes of a service whose containers
 * are frozen meanwhile.
 */
export const dumpMethods = ["postgres", "mysql", "mongodb", "redis", "volume"] as const;
export type DumpMethod = (typeof dumpMethods)[number];

/**
 * `schedule`: its time had come. `manual`: somebody asked for it. `before-restore`: it holds what a restore replaced.
 * `before-migration`: it holds what a deployment's init service found.
 */
export const backupReasons = ["schedule", "manual", "before-restore", "before-migration"] as const;
export type BackupReason = (typeof backupReasons)[number];

export const backupStatuses = ["queued", "running", "done", "failed"] as const;
export type BackupStatus = (typeof backupStatuses)[number];

/** How much data there is. Null is what the database does not say, or not within seconds. */
export interface DataFacts {
  /** Tables, collections, or files of a volume. */
  readonly tables: number | null;
  /** Rows, documents or keys. */
  readonly rows: number | null;
  /** Whether `rows` is the database's own estimate. */
  readonly isEstimate: boolean;
  /** How many of the files of a volume are SQLite databases; absent for others. */
  readonly sqlite?: number;
}

/** One file of a backup, below the backup's folder. */
export interface BackupFile {
  readonly name: string;
  /** What is in it: the name of a database, or the folder of a volume in its container. */
  readonly of: string;
  readonly bytes: number;
}

/** The data of one service at one time. */
export interface Backup {
  readonly id: BackupId;
  readonly installationId: InstallationId;
  readonly service: string;
  readonly method: DumpMethod;
  readonly reason: BackupReason;
  readonly status: BackupStatus;
  /** The version that was live. */
  readonly deploymentId: DeploymentId | null;
  /** The deployment that made it, because it was about to change the data; null for all others. */
  readonly madeForId: DeploymentId | null;
  /** Who asked for it; null for a schedule. */
  readonly requestedBy: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** The bytes that were read until now; after the end, all of them. */
  readonly readBytes: number;
  /** The bytes that are kept: compressed, and perhaps encrypted. */
  readonly storedBytes: number;
  /** The folder below the backup place. */
  readonly folder: string;
  readonly files: readonly BackupFile[];
  readonly isEncrypted: boolean;
  /** The time for which containers were frozen; 0 for databases. */
  readonly frozenMs: number;
  readonly facts: DataFacts | null;
  /** Why it failed: a sentence. */
  readonly failure: string | null;
  /** When its files were removed, because newer ones took its place. */
  readonly removedAt: Date | null;
}

/** `same`: over what is there now. `new`: a database or a volume beside it, which nothing uses yet. */
export const restoreTargets = ["same", "new"] as const;
export type RestoreTarget = (typeof restoreTargets)[number];

export interface Restore {
  readonly id: RestoreId;
  readonly backupId: BackupId;
  readonly installationId: InstallationId;
  readonly into: RestoreTarget;
  readonly status: BackupStatus;
  readonly requestedBy: string;
  /** The deployment that carries it out, because it goes back with the data; null for all others. */
  readonly deploymentId: DeploymentId | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
  /** What was there before; null until it exists, and when nothing is replaced. */
  readonly safetyBackupId: BackupId | null;
  /** The names of what was restored: databases or volumes. */
  readonly restored: readonly string[];
  readonly failure: string | null;
}

/** `stopped`: Baton stopped meanwhile, or something more urgent came. It says nothing about the backup. */
export const drillStatuses = ["queued", "running", "done", "failed", "stopped"] as const;
export type DrillStatus = (typeof drillStatuses)[number];

/** A backup is restored into a container that is thrown away afterwards, to see whether it can be. */
export interface Drill {
  readonly id: DrillId;
  readonly backupId: BackupId;
  readonly installationId: InstallationId;
  readonly service: string;
  readonly status: DrillStatus;
  /** Who asked for it; null for the one of each night. */
  readonly requestedBy: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** What was there after the restore. */
  readonly facts: DataFacts | null;
  /** Whether the service's own health check succeeded in it, too; false when it declares none. */
  readonly isHealthy: boolean;
  /** Why it failed: a sentence. */
  readonly failure: string | null;
}

/** How many backups stay. A count of 0 keeps none for its period; the newest one always stays. */
export interface Retention {
  readonly hourly: number;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
}

/**
 * Whether data is backed up before a deployment's init services run. `automatic`: where that took little time the last
 * time.
 */
export const migrationBackups = ["automatic", "always", "never"] as const;
export type MigrationBackup = (typeof migrationBackups)[number];

/** When a product's data is backed up. */
export interface BackupPlan {
  /** Five fields, as in a crontab; null when nothing is scheduled. */
  readonly cron: string | null;
  /** A name such as Europe/Berlin. */
  readonly timezone: string;
  readonly keep: Retention;
  readonly isEncrypted: boolean;
  readonly beforeMigration: MigrationBackup;
  /** The next time; null when nothing is scheduled. */
  readonly nextAt: Date | null;
}

export const usualPlan: BackupPlan = {
  cron: null,
  timezone: "UTC",
  keep: { hourly: 0, daily: 7, weekly: 4, monthly: 6 },
  isEncrypted: false,
  beforeMigration: "automatic",
  nextAt: null,
};

/** Where backups are kept. */
export type BackupPlace =
  /** An absolute path on this server; null is the folder `backups` in Baton's data. */
  | { readonly type: "folder"; readonly path: string | null }
  | {
      readonly type: "s3";
      /** The URL of the server, without the bucket. */
      readonly endpoint: string;
      readonly region: string;
      readonly bucket: string;
      /** A folder in the bucket, without slashes at its ends; may be empty. */
      readonly prefix: string;
      readonly accessKeyId: string;
    };
