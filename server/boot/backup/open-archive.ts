import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { openPlace } from "../../backup/places/open-place.ts";
import { archivePlace, fileOfPlace } from "../../rules/backup/archive-place.ts";
import type { OpenBackup } from "./restore-server.ts";

/** A backup that can be read several times. One from a bucket is fetched first. Rejects when there is none. */
export async function openArchive(
  address: string,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<{ readonly open: OpenBackup; readonly close: () => Promise<void> }> {
  if (!address.includes("://")) {
    const found = await stat(address).catch(() => null);
    if (!found?.isFile()) throw new Error(`there is no file ${address}.`);
    return { open: async () => createReadStream(address), close: async () => {} };
  }
  const { place, file } = fileOfPlace(address);
  const folder = await mkdtemp(join(tmpdir(), "baton-restore-"));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, "backup.tar.gz");
    const content = await openPlace(archivePlace(place, environment), "").read(file, signal);
    await pipeline(content, createWriteStream(copy, { mode: 0o600 }), { signal });
    return { open: async () => createReadStream(copy), close };
  } catch (error) {
    await close();
    throw error;
  }
}
