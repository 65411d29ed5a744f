import { PlanProblem, type SourceTree } from "../../plan/plan.ts";

/** Returns the folder of the program, as an argument of `go build`: `.` or `./cmd/shop`. */
export async function programFolder(tree: SourceTree, names: readonly string[]): Promise<string> {
  if (await holdsProgram(tree, "")) return ".";
  const folders = await programFolders(tree);
  const named = folders.filter((folder) => names.includes(folder.split("/").at(-1) ?? ""));
  const [folder, ...others] = named.length > 0 ? named : folders;
  if (folder !== undefined && others.length === 0) return `./${folder}`;
  throw new PlanProblem(
    folder === undefined
      ? "this Go module has no program: no folder has a Go file of package main"
      : `this Go module has several programs (${folders.join(", ")}), and nothing says which one to deploy`,
    folder === undefined
      ? "Add one, for example main.go at the root, or a Dockerfile."
      : "Name it in a Procfile (web: api, for the program in cmd/api), or add a Dockerfile that builds it.",
  );
}

/** Returns the folders with programs: those in `cmd` if there are any, else all. */
async function programFolders(tree: SourceTree): Promise<readonly string[]> {
  const all = new Set([...tree.files.keys()].flatMap((path) => /^([\w./-]+)\/[^/]+\.go$/.exec(path)?.[1] ?? []));
  const outside = [...all].filter(
    (folder) => !/(?:^|\/)(?:vendor|testdata|examples?|tools|scripts|_[^/]*|\.[^/]*)(?:\/|$)/.test(folder),
  );
  const programs: string[] = [];
  for (const folder of outside.toSorted()) if (await holdsProgram(tree, folder)) programs.push(folder);
  const commands = programs.filter((folder) => /(?:^|\/)cmd\//.test(folder));
  return commands.length > 0 ? commands : programs;
}

/** Whether the folder contains a Go file of package main. The empty string is the root. */
export async function holdsProgram(tree: SourceTree, folder: string): Promise<boolean> {
  const prefix = folder === "" ? "" : `${folder}/`;
  const files = [...tree.files.keys()].filter(
    (path) => path.startsWith(prefix) && /^[^/]+\.go$/.test(path.slice(prefix.length)) && !path.endsWith("_test.go"),
  );
  const texts = await Promise.all(files.map((path) => tree.read(path)));
  return texts.some(
    (text) => /^package main\b/m.test(text ?? "") && !/^\/\/(?:go:build|\s*\+build) ignore\b/m.test(text ?? ""),
  );
}
