import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Replaces a file as a whole: after a crash it holds the old text or the new one, never a part. */
export async function writeDurably(path: string, text: string): Promise<void> {
  await replaceFile(path, text);
  await syncFolder(dirname(path));
}

/** The same, for several files of one folder that is then synced once. */
export async function replaceFile(path: string, text: string): Promise<void> {
  // Hidden, so that what a crash leaves behind is taken for no service's file.
  const temporary = join(dirname(path), `.${basename(path)}.new`);
  try {
    await using file = await open(temporary, "w", 0o600);
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await rename(temporary, path);
}

/** Makes renames, new entries and removals in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, "r");
  await folder.sync();
}
