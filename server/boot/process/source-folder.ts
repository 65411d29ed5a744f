import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The checkout. Compiled code runs from a folder below it, but everything else (the bundled app, migrations, assets) is
 * read from here.
 */
export const sourceFolder = findUp(dirname(fileURLToPath(import.meta.url)));

function findUp(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error("Baton's package.json was not found above its own code");
  return findUp(parent);
}
