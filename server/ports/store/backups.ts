import type {
  Backup,
  BackupPlace,
  BackupPlan,
  BackupReason,
  DumpMethod,
  Restore,
  RestoreTarget,
} from "../../model/backup.ts";
import type { BackupId, DeploymentId, InstallationId, RestoreId } from "../../model/names/ids.ts";
import type { Dumped, OpenPlace } from "../backup/backup-tools.ts";
import type { DrillStore } from "./drills.ts";
import type { OwnBackupStore } from "./own-backups.ts";

/** Backups of products' data, restores, drills, plans, and where backups are kept. */
export interface BackupStore extends DrillStore, OwnBackupStore {
  /** Adds a backup that waits for its turn. One that a deployment makes is running at once. */
  request(backup: NewBackup, at: Date): Promise<Backup>;
  get(id: BackupId): Promise<Backup | null>;
  /** Newest first. */
  list(filter: BackupFilter): Promise<readonly Backup[]>;
  /** The oldest that waits becomes `running`. Null when none does. */
  take(at: Date): Promise<Backup | null>;
  /** Writes how far a running backup is. */
  progress(id: BackupId, readBytes: number, storedBytes: number): Promise<void>;
  finish(id: BackupId, outcome: BackupOutcome, at: Date): Promise<void>;
  /** Removes the row of a backup that was not finished. */
  forget(id: BackupId): Promise<void>;
  /** Records that the files of a backup are gone. */
  removed(id: BackupId, at: Date): Promise<void>;
  /**
   * Fails everything that runs, because the server that ran it is gone, except what belongs to a deployment that is not
   * over: it goes on. Drills and backups of Baton itself are `stopped` instead. Resolves with the other backups among them.
   */
  failUnfinished(failure: string, at: Date): Promise<readonly Backup[]>;

  /**
   * Null when the installation has a restore that is not finished. One that a deployment carries out is running at once.
   */
  requestRestore(restore: NewRestore, at: Date): Promise<Restore | null>;
  /** Newest first. */
  restores(filter: {
    readonly installation?: InstallationId;
    /** Only those that this deployment carries out. */
    readonly deployment?: DeploymentId;
    readonly unfinished?: boolean;
    readonly limit?: number;
  }): Promise<readonly Restore[]>;
  takeRestore(at: Date): Promise<Restore | null>;
  noteSafety(id: RestoreId, backup: BackupId): Promise<void>;
  finishRestore(
    id: RestoreId,
    outcome: { readonly restored: readonly string[] } | { readonly failure: string },
    at: Date,
  ): Promise<void>;

  /** Records that what a deployment had restored was replaced again by what was there before; `why` is a sentence. */
  undone(id: RestoreId, why: string, at: Date): Promise<void>;

  /** Null when nobody has made one. */
  plan(id: InstallationId): Promise<BackupPlan | null>;
  setPlan(id: InstallationId, plan: BackupPlan): Promise<void>;
  /** Plans whose time has come, of installations that are not deleted. */
  duePlans(now: Date): Promise<readonly (BackupPlan & { readonly installation: InstallationId })[]>;

  /** The place, without its secret. */
  place(): Promise<BackupPlace>;
  /** With its secret. */
  openPlace(): Promise<OpenPlace>;
  /** A secret of null keeps the one that is stored. */
  setPlace(place: BackupPlace, secret: string | null): Promise<void>;
  /** The key pair of encrypted backups; null when nothing has been encrypted yet. */
  key(): Promise<{ readonly recipient: string; readonly identity: string } | null>;
  /** Stores a pair unless there is one; resolves with the one that is stored now. */
  keyOrSet(key: { readonly recipient: string; readonly identity: string }): Promise<{
    readonly recipient: string;
    readonly identity: string;
  }>;
}

export interface NewBackup {
  readonly installation: InstallationId;
  readonly service: string;
  readonly method: DumpMethod;
  readonly reason: BackupReason;
  readonly deployment: DeploymentId | null;
  /** The deployment that makes it itself. */
  readonly madeFor?: DeploymentId;
  readonly requestedBy: string | null;
  readonly folder: string;
  readonly isEncrypted: boolean;
}

export interface BackupFilter {
  readonly installation?: InstallationId;
  readonly service?: string;
  /** Only those that this deployment has made. */
  readonly madeFor?: DeploymentId;
  /** Only those that are not finished. */
  readonly unfinished?: boolean;
  /** Only those whose files exist. */
  readonly kept?: boolean;
  readonly before?: BackupId;
  readonly limit?: number;
}

export type BackupOutcome =
  | ({ readonly type: "done" } & Dumped)
  | { readonly type: "failed"; readonly failure: string };

export interface NewRestore {
  readonly backup: BackupId;
  readonly installation: InstallationId;
  readonly into: RestoreTarget;
  readonly requestedBy: string;
  /** The deployment that carries it out itself, and the backup of what it replaces. */
  readonly by?: { readonly deployment: DeploymentId; readonly safety: BackupId };
}
