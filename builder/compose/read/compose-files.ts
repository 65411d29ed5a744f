import type { SourceTree } from "../../plan/plan.ts";

/** Compose's own order: the first file that exists wins. */
const fileNames = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const overrideNames = [
  "compose.override.yml",
  "compose.override.yaml",
  "docker-compose.override.yml",
  "docker-compose.override.yaml",
];

/** Returns the names of the compose files in a folder, by precedence. `docker compose up` takes the first one. */
export function composeFilesIn(tree: Pick<SourceTree, "files">, folder: string): readonly string[] {
  return present(tree, folder, fileNames);
}

/** Returns the override files that Compose merges into a file of a standard name. Only the first one counts. */
export function overridesFor(tree: Pick<SourceTree, "files">, folder: string, file: string): readonly string[] {
  return fileNames.includes(file) ? present(tree, folder, overrideNames) : [];
}

function present(tree: Pick<SourceTree, "files">, folder: string, names: readonly string[]): readonly string[] {
  return names.filter((name) => tree.files.has(inFolder(folder, name)));
}

export function inFolder(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
