import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  type CheckedArchive,
  checkServerArchive,
  repositoriesIn,
  type SealedFiles,
  tablesIn,
} from "../../backup/archive/server-archive.ts";
import { createRepositoryBundles } from "../../git/bundles.ts";
import { copyIn, isInUse } from "../../store/copy/copy-in.ts";
import { startEmbeddedPostgres, stopLeftPostgres } from "../../store/embedded/embedded-postgres.ts";
import { dropEverything } from "../../store/postgres/drop-everything.ts";
import { type DataFolder, openDataFolder, postgresFolder } from "../process/data-folder.ts";
import { restoringFile } from "../process/restoring-file.ts";
import { findServer, signAsServer } from "../process/server-process.ts";
import { sourceFolder } from "../process/source-folder.ts";
import { writeSealedFiles } from "./sealed-files.ts";

/** Reads a backup from its beginning, each time it is called. */
export type OpenBackup = () => Promise<AsyncIterable<Buffer>>;

export interface Restored {
  readonly archive: CheckedArchive;
  readonly tookMs: number;
}

/** Rejects with one sentence when a restore would mix with what is there. */
export async function assertEmpty(dataFolder: string, databaseUrl: string | null): Promise<void> {
  const found = existsSync(dataFolder) ? await readdir(dataFolder) : [];
  const other = await findServer(restoringFile(dataFolder));
  if (other !== null) throw new Error(`${dataFolder} is being restored by process ${other.pid}.`);
  const broken = existsSync(restoringFile(dataFolder));
  if (found.length > 0 && !broken)
    throw new Error(`${dataFolder} is not empty. Restore into a new folder: set BATON_DATA to its path.`);
  if (databaseUrl !== null && !broken && (await isInUse(databaseUrl)))
    throw new Error("the database that DATABASE_URL names has a Baton's tables already. Restore into an empty one.");
}

/**
 * Fills an empty data folder, and the database, from a backup. A failure leaves both empty; after a crash, the same
 * restore begins anew.
 */
export async function restoreServer(
  {
    dataFolder,
    databaseUrl,
    open,
  }: {
    readonly dataFolder: string;
    readonly databaseUrl: string | null;
    readonly open: OpenBackup;
  },
  passphraseFor: (archive: CheckedArchive) => Promise<SealedFiles>,
  signal: AbortSignal,
): Promise<Restored> {
  const archive = await checkServerArchive(await open());
  const sealed = await passphraseFor(archive);
  // Again, because a person may have taken minutes to type the passphrase.
  await assertEmpty(dataFolder, databaseUrl);
  const beganMs = performance.now();
  await clear(dataFolder, databaseUrl);
  const data = await openDataFolder(dataFolder);
  try {
    await signAsServer(restoringFile(dataFolder));
    await restoreDatabase(data, databaseUrl, archive, open);
    const bundles = createRepositoryBundles({ folder: data.repositories });
    for await (const { product, bundle } of repositoriesIn(await open()))
      await bundles.unbundle(product, bundle, signal);
    await writeSealedFiles(data, sealed);
    await rm(restoringFile(dataFolder));
    return { archive, tookMs: performance.now() - beganMs };
  } catch (error) {
    await clear(dataFolder, databaseUrl);
    throw error;
  }
}

/** Only what a restore of before has left, which `assertEmpty` has made sure of. */
async function clear(dataFolder: string, databaseUrl: string | null): Promise<void> {
  if (databaseUrl !== null && existsSync(restoringFile(dataFolder))) await dropEverything(databaseUrl);
  await stopLeftPostgres(postgresFolder(dataFolder));
  const found = existsSync(dataFolder) ? await readdir(dataFolder) : [];
  // The mark goes last, since without it the rest would count as somebody's data.
  const mark = restoringFile(dataFolder);
  for (const name of found.filter((name) => join(dataFolder, name) !== mark))
    await rm(join(dataFolder, name), { recursive: true, force: true });
  await rm(mark, { force: true });
}

async function restoreDatabase(
  data: DataFolder,
  databaseUrl: string | null,
  { layout }: CheckedArchive,
  open: OpenBackup,
): Promise<void> {
  const embedded = databaseUrl === null ? await startEmbeddedPostgres({ folder: data.postgres }) : null;
  try {
    const copy = { layout, tables: tablesIn(await open()) };
    await copyIn(embedded?.url ?? databaseUrl ?? "", join(sourceFolder, "migrations"), copy);
  } finally {
    await embedded?.stop();
  }
}
