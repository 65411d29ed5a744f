import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";

/** Where git keeps loose objects, by the first two digits of their ids. */
export const looseFolder = /^[0-9a-f]{2}$/;

/** Whether a path below `objects` has git's name for a file that it is still writing, or loading file by file. */
export function isUnfinished(path: string): boolean {
  return /^tmp_|\.temp$/.test(basename(path));
}

/**
 * Removes what a killed git, or a power cut, leaves in a repository: quarantines of pushes and unfinished packs, which
 * only take up space, and lock files, which would block their ref forever. Call it only while no git process uses the
 * repository.
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
    // No ref can have this name: git reserves the ending.
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
