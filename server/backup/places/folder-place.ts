import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Place } from "./place.ts";

/** Backups hold everything that a product knows, so only Baton's own user may read them. */
const fileMode = 0o600;
const folderMode = 0o700;
const unfinishedEnding = ".part";

/** A folder of this machine, perhaps a mounted one. */
export function createFolderPlace(root: string): Place {
  return {
    async write(path, content, signal) {
      const file = join(root, path);
      const unfinished = `${file}${unfinishedEnding}`;
      await mkdir(dirname(file), { recursive: true, mode: folderMode });
      let bytes = 0;
      try {
        const handle = await open(unfinished, "w", fileMode);
        try {
          for await (const chunk of content) {
            signal.throwIfAborted();
            await handle.write(chunk);
            bytes += chunk.length;
          }
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(unfinished, file);
        return bytes;
      } catch (error) {
        await rm(unfinished, { force: true });
        throw signal.aborted ? signal.reason : plain(error, root);
      }
    },

    async read(path) {
      const file = join(root, path);
      const handle = await open(file, "r").catch((error: unknown) => {
        throw isMissing(error) ? new Error(`There is no file ${file}`, { cause: error }) : error;
      });
      return createReadStream("", { fd: handle });
    },

    async remove(path) {
      const file = join(root, path);
      await rm(file, { force: true });
      await removeEmpty(dirname(file));
    },

    async removeUnfinished(prefix) {
      const nameAt = prefix.lastIndexOf("/") + 1;
      const folder = join(root, prefix.slice(0, nameAt));
      const names = await readdir(folder).catch(() => []);
      const left = names.filter((name) => name.startsWith(prefix.slice(nameAt)) && name.endsWith(unfinishedEnding));
      for (const name of left) await rm(join(folder, name), { force: true });
      if (left.length > 0) await removeEmpty(folder);
    },

    async clear(path) {
      const folder = join(root, path);
      await rm(folder, { recursive: true, force: true });
      await removeEmpty(dirname(folder));
    },
  };

  /** The folder of a backup goes with its last file, and the folders above it with their last backup. */
  async function removeEmpty(from: string): Promise<void> {
    for (let folder = from; folder.length > root.length; folder = dirname(folder)) {
      try {
        await rmdir(folder);
      } catch {
        return;
      }
    }
  }
}

function plain(error: unknown, root: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : null;
  const words: Readonly<Record<string, string>> = {
    ENOSPC: `The disk of ${root} is full`,
    EACCES: `Baton may not write to ${root}`,
    EROFS: `The file system of ${root} is read-only`,
    EDQUOT: `The quota of ${root} is used up`,
  };
  const text = words[String(code)];
  return text === undefined ? error : new Error(text, { cause: error });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
