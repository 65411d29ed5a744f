import { open } from "node:fs/promises";

/** A file for its owner's eyes, on disk when this resolves. `wx` rejects with EEXIST when it is there already. */
export async function writeDurably(file: string, text: string, flag: "w" | "wx"): Promise<void> {
  await using handle = await open(file, flag, 0o600);
  await handle.writeFile(text);
  await handle.sync();
}

/** After a link or rename: what the folder lists is on disk, too. */
export async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, "r");
  await handle.sync();
}
