import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { archived } from "../../backup/archive/archive-file.ts";
import { addDatabase, layoutIn, tablesIn } from "../../backup/archive/server-archive.ts";
import { copyIn } from "../../store/copy/copy-in.ts";
import { copyOut } from "../../store/copy/copy-out.ts";
import { dropEverything } from "../../store/postgres/drop-everything.ts";

/** Writes Baton's rows into a new file, as a backup of the server holds them. */
export async function saveDatabase(url: string, file: string): Promise<void> {
  const bytes = archived(async (archive) => {
    await addDatabase(archive, (target) => copyOut(url, target));
  });
  await pipeline(bytes, createWriteStream(file, { flags: "wx", mode: 0o600, flush: true }));
}

/** Replaces Baton's tables by those of the file. Other tables of the database stay. */
export async function putBackDatabase(url: string, file: string, migrationsFolder: string): Promise<void> {
  const layout = await layoutIn(createReadStream(file));
  await dropEverything(url);
  await copyIn(url, migrationsFolder, { layout, tables: tablesIn(createReadStream(file)) });
}
