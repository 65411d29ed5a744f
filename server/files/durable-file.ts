import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Writes a file that only its owner may read; it is on disk when this resolves. `wx` rejects with EEXIST when it is there. */
export async function writeSynced(path: string, text: string, flag: "w" | "wx"): Promise<void> {
  await using file = await open(path, flag, 0o600);
  await file.writeFile(text);
  await file.sync();
}

/** Replaces a file as a whole: after a crash it holds the old text or the new one, never a part. */
export async function replaceDurably(path: string, text: string): Promise<void> {
  await replaceFile(path, text);
  await syncFolder(dirname(path));
}

/** The same, for several files of one folder that is then synced once. */
export async function replaceFile(path: string, text: string): Promise<void> {
  // Hidden, so that what a crash leaves behind is taken for no service's file.
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
