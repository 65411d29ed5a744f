import type { SourceTree } from "../../plan/plan.ts";

/** A path of a compose file resolves to this by its text alone. Symbolic links are not followed. */
export type ResolvedPath =
  | { readonly type: "inside"; readonly path: string }
  | { readonly type: "outside"; readonly reason: string };

/** Resolves `../config` in the folder `docker` to `config`. The repository's root is the empty string. */
export function resolvePath(folder: string, written: string): ResolvedPath {
  if (written.includes("\0")) return { type: "outside", reason: "contains a NUL character" };
  if (written.startsWith("/")) return { type: "outside", reason: "is a path on the host" };
  if (written.startsWith("~")) return { type: "outside", reason: "is a path on the host" };
  const segments = folder === "" ? [] : folder.split("/");
  for (const segment of written.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") segments.push(segment);
    else if (segments.pop() === undefined) return { type: "outside", reason: "leads outside the repository" };
  }
  return { type: "inside", path: segments.join("/") };
}

export function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}

/** Returns a path of the repository as it is shown to people. */
export function shown(path: string): string {
  return path === "" ? "the root of the repository" : path;
}

/** Tells what is at a path of the repository. Symbolic links and submodules count as nothing. */
export interface Repository {
  kindOf(path: string): "file" | "folder" | null;
  /** Rejects with PlanProblem above 1 MiB. */
  read(path: string): Promise<string | null>;
}

export function repositoryOf(tree: SourceTree): Repository {
  const folders = new Set<string>([""]);
  for (const file of tree.files.keys()) {
    // When a folder is known, its parents are known too.
    for (let folder = folderOf(file); !folders.has(folder); folder = folderOf(folder)) folders.add(folder);
  }
  return {
    kindOf(path) {
      if (tree.files.has(path)) return "file";
      return folders.has(path) ? "folder" : null;
    },
    read: (path) => tree.read(path),
  };
}
