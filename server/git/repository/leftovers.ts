import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";

/** Where git keeps objects that are in no pack, by the first two digits of their ids. */
export const looseFolder = /^[0-9a-f]{2}$/;

/** Of a path below `objects`: git's own name for what it is writing, and for what it is loading file by file. */
export function isUnfinished(path: string): boolean {
  return /^tmp_|\.temp$/.test(basename(path));
}

/**
 * Removes what a git that was killed, or a power cut, leaves in a repository: quarantines of pushes and unfinished
 * packs, which only take room, and lock files, which would block their ref for ever. Only for a repository that no git is at work in.
 */
export async function removeLeftovers(repository: string): Promise<void> {
  const [top, objects, refs] = await Promise.all([
    list(repository, false),
    list(join(repository, "objects"), false),
    list(join(repository, "refs"), true),
  ]);
  const folders = objects.filter((name) => name === "pack" || looseFolder.test(name));
  const written = await Promise.all(
    folders.map(async (folder) =>
      (await list(join(repository, "objects", folder), false)).map((name) => join("objects", folder, name)),
    ),
  );
  const leftovers = [
    ...top.filter(isLock),
    ...objects.filter((name) => /^(?:tmp_objdir-)?incoming-/.test(name)).map((name) => join("objects", name)),
    ...written.flat().filter(isUnfinished),
    // No ref may be called so: git keeps the ending for itself.
    ...refs.filter(isLock).map((name) => join("refs", name)),
  ];
  await Promise.all(leftovers.map((name) => rm(join(repository, name), { recursive: true, force: true })));
}

function isLock(name: string): boolean {
  return name.endsWith(".lock");
}

async function list(folder: string, recursive: boolean): Promise<readonly string[]> {
  try {
    return await readdir(folder, { recursive });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
