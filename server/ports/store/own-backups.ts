import type { OwnBackupId } from "../../model/names/ids.ts";
import type { OwnBackup, OwnBackupReason } from "../../model/own-backup.ts";
import type { WrittenArchive } from "../backup/own-backups.ts";

/** The history of backups of Baton itself. */
export interface OwnBackupStore {
  /** Null when one is not finished. */
  requestOwn(backup: Pick<OwnBackup, "reason" | "requestedBy">, at: Date): Promise<OwnBackup | null>;
  /** The one that waits becomes `running`. Null when none does. */
  takeOwn(at: Date): Promise<OwnBackup | null>;
  /** One that runs waits again, because `npm run backup` was faster. */
  requeueOwn(id: OwnBackupId): Promise<void>;
  finishOwn(id: OwnBackupId, outcome: OwnBackupOutcome, at: Date): Promise<void>;
  /** Adds one that `npm run backup` has made. */
  noteOwn(archive: WrittenArchive, at: Date): Promise<void>;
  /** Newest first. */
  own(filter: OwnBackupFilter): Promise<readonly OwnBackup[]>;
  /** Records that the archive of a backup is gone. */
  ownRemoved(id: OwnBackupId, at: Date): Promise<void>;
}

export interface OwnBackupFilter {
  /** Only those whose archives exist. */
  readonly kept?: boolean;
  readonly reason?: OwnBackupReason;
  readonly before?: OwnBackupId | undefined;
  readonly limit?: number;
}

export type OwnBackupOutcome =
  | { readonly type: "done"; readonly archive: WrittenArchive }
  | { readonly type: "failed"; readonly failure: string };
