import type { Backup, BackupPlan, Drill, DumpMethod, Restore } from "../../server/model/backup.ts";

export interface SourceView {
  readonly service: string;
  readonly what: string;
  readonly method: DumpMethod;
  readonly newest: Backup | null;
  /** The newest one that can be restored. */
  readonly lastDone: Backup | null;
  /** The last restore drill that says something. */
  readonly drill: Drill | null;
}

export interface BackupsProps {
  /** Whether a version is live, which says what there is to back up. */
  readonly isLive: boolean;
  readonly sources: readonly SourceView[];
  readonly plan: BackupPlan;
  /** Newest first. */
  readonly backups: readonly Backup[];
  readonly hasMore: boolean;
  readonly restores: readonly Restore[];
  /** Where backups are kept, as the end of a sentence. */
  readonly placeText: string;
  /** Whether they are lost with this server's disk. */
  readonly isSameDisk: boolean;
  /** The values of a schedule that was refused, and why. */
  readonly refused: { readonly plan: Omit<BackupPlan, "nextAt">; readonly message: string } | null;
}
