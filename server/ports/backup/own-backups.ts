import type { BackupPlace } from "../../model/backup.ts";
import type { OwnBackup, OwnBackupSettings } from "../../model/own-backup.ts";

export interface WrittenArchive {
  readonly place: BackupPlace;
  readonly file: string;
  readonly bytes: number;
  readonly tookMs: number;
}

/** Makes and removes backups of Baton itself, as `npm run backup` does. */
export interface OwnBackups extends OwnBackupSettings {
  /** "running" when another process is making one. Rejects with one sentence. */
  make(signal: AbortSignal): Promise<WrittenArchive | "running">;
  /** Removes the archive. Resolves with false when it is in another place than the one of today's settings. */
  remove(backup: Pick<OwnBackup, "place" | "file">, signal: AbortSignal): Promise<boolean>;
}
