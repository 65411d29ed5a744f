import { writeServerArchive } from "../../backup/archive/server-archive.ts";
import { openPlace } from "../../backup/places/open-place.ts";
import { createRepositoryBundles } from "../../git/bundles.ts";
import type { WrittenArchive } from "../../ports/backup/own-backups.ts";
import { type ArchivePlace, archiveName, archivePrefix } from "../../rules/backup/archive-place.ts";
import { copyOut } from "../../store/copy/copy-out.ts";
import { holdBackupLock } from "../../store/postgres/backup-lock.ts";
import type { DataFolder } from "../process/data-folder.ts";
import { version } from "../process/version.ts";
import { type Passphrase, providePassphrase } from "./passphrase-file.ts";
import { readSealedFiles } from "./sealed-files.ts";

/** Names what is backed up, and where to. */
export interface ServerBackupOrder {
  readonly data: DataFolder;
  /** The database. */
  readonly url: string;
  readonly instance: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly to: ArchivePlace;
  /** Null for the one in the data folder, which is made if there is none. */
  readonly passphrase: string | null;
  readonly now: () => Date;
}

/**
 * Writes one archive of everything that Baton itself keeps: its database, the repositories, the key and the settings.
 * What products keep in their volumes is not in it. It may serve meanwhile. Resolves with "running" when another backup
 * of this Baton is under way. Rejects with one sentence.
 */
export async function backUpServer(
  order: ServerBackupOrder,
  signal: AbortSignal,
): Promise<(WrittenArchive & { readonly passphrase: Passphrase }) | "running"> {
  await using lock = await holdBackupLock(order.url);
  if (lock === null) return "running";
  const { data, url, instance, settings, to } = order;
  const beganMs = performance.now();
  const passphrase = await providePassphrase(data.root, order.passphrase);
  const at = order.now();
  const parts = {
    about: { version, at: at.toISOString(), settings: { ...settings } },
    sealed: await readSealedFiles(data),
    copyDatabase: (target: Parameters<typeof copyOut>[1]) => copyOut(url, target),
    repositories: createRepositoryBundles({ folder: data.repositories }),
  };
  const file = archiveName(instance, at);
  const place = openPlace(to, data.backups);
  await place.removeUnfinished(archivePrefix(instance));
  const bytes = await place.write(file, writeServerArchive(parts, passphrase.text, signal), signal);
  return { place: to.place, file, bytes, tookMs: Math.round(performance.now() - beganMs), passphrase };
}
