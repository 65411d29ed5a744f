import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { finished, type Readable } from "node:stream";

const prefix = "making-";

export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

export async function temporaryFolder(parent: string): Promise<TemporaryFolder> {
  await mkdir(parent, { recursive: true });
  const path = await mkdtemp(join(parent, prefix));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Removes what a killed server left behind. */
export async function removeLeftovers(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  const leftovers = names.filter((name) => name.startsWith(prefix));
  await Promise.all(leftovers.map((name) => rm(join(parent, name), { recursive: true, force: true })));
}

/** Passes the stream through. The folder of its file is removed once it has been read or destroyed. */
export function readAndForget<Stream extends Readable>(stream: Stream, folder: TemporaryFolder): Stream {
  // What cannot be removed now is removed at the next start.
  finished(stream, () => void folder.remove().catch(() => undefined));
  return stream;
}
