import type { BackupFile, BackupPlace, DataFacts, DumpMethod, RestoreTarget } from "../../model/backup.ts";
import type { ContainerId, ImageId } from "../../model/names/ids.ts";
import type { Owner } from "../engine/owner.ts";

/** A backup place with what opens it. */
export interface OpenPlace {
  readonly place: BackupPlace;
  /** The secret access key of an S3 server; null for a folder. */
  readonly secret: string | null;
}

/** The data of a service that runs. */
export interface DataSubject {
  readonly service: string;
  readonly method: DumpMethod;
  readonly container: ContainerId;
  readonly image: ImageId;
  readonly owner: Owner;
  /** Its volumes, for the method `volume`; others are asked through their database. */
  readonly volumes: readonly { readonly name: string; readonly path: string }[];
  /** Every container that writes to these volumes, its own included. They are frozen while the volumes are read. */
  readonly writers: readonly ContainerId[];
}

export interface DumpOrder {
  readonly to: OpenPlace;
  /** Below the place. */
  readonly folder: string;
  /** An `age` recipient that the files are encrypted for; null leaves them readable. */
  readonly recipient: string | null;
  /** Told the sum of bytes that have been read, and that have been stored. */
  readonly onProgress: (readBytes: number, storedBytes: number) => void;
}

export interface Dumped {
  readonly files: readonly BackupFile[];
  readonly readBytes: number;
  readonly storedBytes: number;
  readonly frozenMs: number;
  readonly facts: DataFacts | null;
}

export interface RestoreOrder {
  readonly from: OpenPlace;
  readonly folder: string;
  readonly files: readonly BackupFile[];
  /** What opens the files; null when they are not encrypted. */
  readonly identity: string | null;
  readonly into: RestoreTarget;
  /** The end of the names of new databases and volumes: "20261130_0310". */
  readonly suffix: string;
}

/**
 * Copies data out of services and back, as streams: nothing is written to a disk on the way, and nothing is held in
 * memory but a few blocks. Methods reject with one sentence for the user, and with the signal's reason when aborted.
 */
export interface BackupTools {
  /** Writes all files of a backup. When it rejects, none of them is left. */
  dump(subject: DataSubject, order: DumpOrder, signal: AbortSignal): Promise<Dumped>;
  /**
   * Puts the data back. `same` replaces all of what is there; for a database that is Postgres, at one moment and not at
   * all when it fails. For volumes, no container of the service may exist, and `same` expects that they are empty.
   * Resolves with the names of what was filled.
   */
  restore(subject: DataSubject, order: RestoreOrder, signal: AbortSignal): Promise<readonly string[]>;
  /** How much there is now. Null when the service does not say. */
  measure(subject: DataSubject, signal: AbortSignal): Promise<DataFacts | null>;
  /**
   * Runs the check that the subject's image or compose file declares, inside its container. Resolves with false when
   * there is none, and rejects when it does not succeed within a few tries.
   */
  checkHealth(subject: DataSubject, signal: AbortSignal): Promise<boolean>;
  /** Reads and counts all files of the subject's volumes. Its container need not run. */
  survey(subject: DataSubject, signal: AbortSignal): Promise<DataFacts>;
  /** Lets containers go on that a backup has frozen and did not release, because its server was killed. */
  resume(containers: readonly ContainerId[], signal: AbortSignal): Promise<void>;
  /** Removes files of a backup. */
  remove(
    from: OpenPlace,
    backup: { readonly folder: string; readonly files: readonly BackupFile[] },
    signal: AbortSignal,
  ): Promise<void>;
  /** Removes what a dump had written when its server was killed: its folder with all files, finished or not. */
  removeUnfinished(from: OpenPlace, folder: string): Promise<void>;
  /** Writes, reads and removes a small file. Rejects with what is wrong with the place. */
  check(place: OpenPlace, signal: AbortSignal): Promise<void>;
  /** A new pair of keys for encrypted backups. */
  makeKey(): Promise<{ readonly recipient: string; readonly identity: string }>;
}
