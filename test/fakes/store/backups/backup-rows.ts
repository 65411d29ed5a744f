import type { Backup, BackupPlace, BackupPlan, Drill, Restore } from "../../../../server/model/backup.ts";
import type { BackupId, DrillId, OwnBackupId, RestoreId } from "../../../../server/model/names/ids.ts";
import type { OwnBackup } from "../../../../server/model/own-backup.ts";

export interface BackupRows {
  readonly backups: Map<BackupId, Backup>;
  readonly restores: Map<RestoreId, Restore>;
  readonly drills: Map<DrillId, Drill>;
  readonly own: Map<OwnBackupId, OwnBackup>;
  readonly plans: Map<number, BackupPlan>;
  place: BackupPlace;
  placeSecret: string | null;
  key: { readonly recipient: string; readonly identity: string } | null;
}

export function createBackupRows(): BackupRows {
  return {
    ...{ backups: new Map(), restores: new Map(), drills: new Map(), own: new Map(), plans: new Map() },
    ...{ place: { type: "folder", path: null }, placeSecret: null, key: null },
  };
}
