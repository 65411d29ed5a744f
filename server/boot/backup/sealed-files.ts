import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { SealedFiles } from "../../backup/archive/server-archive.ts";
import type { DataFolder } from "../process/data-folder.ts";

/** The key, and the certificates with their private keys: without them every host would wait for new ones. */
export async function readSealedFiles({ root, keyFile, caddy }: DataFolder): Promise<SealedFiles> {
  const storage = join(caddy, "storage");
  const certificates = await readdir(storage, { withFileTypes: true, recursive: true }).catch(() => []);
  const paths = certificates
    // Locks are this Caddy's own.
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".lock"))
    .map((entry) => join(entry.parentPath, entry.name));
  const files = [keyFile, ...paths].map(async (path) => [relative(root, path), await readFile(path)] as const);
  return Object.fromEntries(await Promise.all(files));
}

/** The key comes last: with it the folder counts as in use. */
export async function writeSealedFiles({ root, keyFile }: DataFolder, files: SealedFiles): Promise<void> {
  const key = relative(root, keyFile);
  const paths = Object.keys(files).filter((path) => path !== key);
  for (const path of [...paths, key]) {
    const target = resolve(root, path);
    const content = files[path];
    if (!content || !target.startsWith(`${resolve(root)}${sep}`))
      throw new Error("This is not a backup of Baton, or it is damaged");
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await writeFile(target, content, { mode: 0o600, flush: true });
  }
}
