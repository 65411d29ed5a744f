import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Removes what a git that was killed, or a power cut, leaves in a repository: quarantines of pushes and unfinished
 * packs, which only take room, and lock files, which would block their ref for ever. Only for a repository that no git is at work in.
 */
export async function removeLeftovers(repository: string): Promise<void> {
  const [top, objects, packs, refs] = await Promise.all([
    list(repository, false),
    list(join(repository, "objects"), false),
    list(join(repository, "objects", "pack"), false),
    list(join(repository, "refs"), true),
  ]);
  const leftovers = [
    ...top.filter(isLock),
    ...objects.filter((name) => /^(?:tmp_objdir-)?incoming-/.test(name)).map((name) => join("objects", name)),
    ...packs.filter((name) => name.startsWith("tmp_")).map((name) => join("objects", "pack", name)),
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
