import { writeServerArchive } from "../../backup/archive/server-archive.ts";
import { openPlace } from "../../backup/places/open-place.ts";
import { createRepositoryBundles } from "../../git/bundles.ts";
import { type ArchivePlace, archiveName } from "../../rules/backup/archive-place.ts";
import { copyOut } from "../../store/copy/copy-out.ts";
import type { DataFolder } from "../process/data-folder.ts";
import { version } from "../process/version.ts";
import { readSealedFiles } from "./sealed-files.ts";

export interface ServerBackup {
  /** Its whole address, for `npm run restore`. */
  readonly path: string;
  readonly bytes: number;
  readonly tookMs: number;
}

/**
 * Writes one archive of everything that Baton itself keeps: its database, the repositories, the key and the settings.
 * What products keep in their volumes is not in it. It may serve meanwhile. Rejects with one sentence.
 */
export async function backUpServer(
  {
    data,
    url,
    at,
    settings,
  }: {
    readonly data: DataFolder;
    /** The database. */
    readonly url: string;
    readonly at: Date;
    readonly settings: Readonly<Record<string, string>>;
  },
  { to, passphrase }: { readonly to: ArchivePlace; readonly passphrase: string },
  signal: AbortSignal,
): Promise<ServerBackup> {
  const beganMs = performance.now();
  const parts = {
    about: { version, at: at.toISOString(), settings: { ...settings } },
    sealed: await readSealedFiles(data),
    copyDatabase: (target: Parameters<typeof copyOut>[1]) => copyOut(url, target),
    repositories: createRepositoryBundles({ folder: data.repositories }),
  };
  const name = archiveName(at);
  const place = openPlace(to, data.backups);
  const bytes = await place.write(name, writeServerArchive(parts, passphrase, signal), signal);
  return { path: addressOf(to, name), bytes, tookMs: performance.now() - beganMs };
}

function addressOf({ place }: ArchivePlace, name: string): string {
  if (place.type === "folder") return `${place.path}/${name}`;
  return ["s3:/", place.bucket, ...(place.prefix === "" ? [] : [place.prefix]), name].join("/");
}
