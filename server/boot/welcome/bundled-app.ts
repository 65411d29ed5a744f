import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { sourceFolder } from "../process/source-folder.ts";

/** The sample app is an ordinary folder that is deployed like any other. */
export const bundledAppFolder = join(sourceFolder, "builder", "hello");

/** The app's files, by relative path. */
export async function readBundledApp(): Promise<ReadonlyMap<string, Buffer>> {
  const found = await readdir(bundledAppFolder, { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const files = paths.map(async (path) => [path.slice(bundledAppFolder.length + 1), await readFile(path)] as const);
  return new Map(await Promise.all(files));
}
