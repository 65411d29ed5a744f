import type { SourceTree } from "../../plan/plan.ts";

/** In Compose's own order: the first that is there counts. */
const fileNames = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
const overrideNames = [
  "compose.override.yml",
  "compose.override.yaml",
  "docker-compose.override.yml",
  "docker-compose.override.yaml",
];

/** The names of the compose files in a folder, by precedence: the first is the one that `docker compose up` takes. */
export function composeFilesIn(tree: Pick<SourceTree, "files">, folder: string): readonly string[] {
  return present(tree, folder, fileNames);
}

/** Those that Compose merges into a file of a standard name; only the first counts. */
export function overridesFor(tree: Pick<SourceTree, "files">, folder: string, file: string): readonly string[] {
  return fileNames.includes(file) ? present(tree, folder, overrideNames) : [];
}

function present(tree: Pick<SourceTree, "files">, folder: string, names: readonly string[]): readonly string[] {
  return names.filter((name) => tree.files.has(inFolder(folder, name)));
}

export function inFolder(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
