import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/**
 * Writes a file that only its owner may read; it is on disk when this resolves. `wx` rejects with EEXIST when the file
 * exists.
 */
export async function writeSynced(path: string, text: string, flag: "w" | "wx"): Promise<void> {
  await using file = await open(path, flag, 0o600);
  await file.writeFile(text);
  await file.sync();
}

/** Replaces a whole file: after a crash it holds the old text or the new one, never a part. */
export async function replaceDurably(path: string, text: string): Promise<void> {
  await replaceFile(path, text);
  await syncFolder(dirname(path));
}

/** Replaces one of several files in a folder that the caller then syncs once. */
export async function replaceFile(path: string, text: string): Promise<void> {
  // The name is hidden, so that a file left by a crash is not mistaken for a service's.
  const temporary = join(dirname(path), `.${basename(path)}.new`);
  try {
    await writeSynced(temporary, text, "w");
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await rename(temporary, path);
}

/** Makes renames, links, new entries and removals in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, "r");
  await folder.sync();
}
