import type { Readable } from "node:stream";
import type { BackupPlace } from "../../model/backup.ts";

/** Files below a backup place. Paths are relative, of letters, digits and `/ . _ -`. */
export interface Place {
  /** Writes a file as it comes, whole or not at all. Resolves with its size. */
  write(path: string, content: AsyncIterable<Buffer>, signal: AbortSignal): Promise<number>;
  /** Rejects with one sentence when there is no such file. */
  read(path: string, signal: AbortSignal): Promise<Readable>;
  /** Does nothing when there is no such file. */
  remove(path: string, signal: AbortSignal): Promise<void>;
  /**
   * Removes what writers that were killed have left, of files whose paths begin with this. Nobody may be writing one.
   */
  removeUnfinished(prefix: string): Promise<void>;
  /** Removes a folder with all files in it, and what a killed process had begun to write there. */
  clear(folder: string): Promise<void>;
}

/** A sentence's end about a place: "the folder /srv/backups", "the bucket backups at https://s3.example.com". */
export function placeText(place: BackupPlace, ownFolder: string): string {
  return place.type === "folder"
    ? `the folder ${place.path ?? ownFolder}`
    : `the bucket ${place.bucket} at ${place.endpoint}`;
}
