import type { SourceTree } from "../../plan/plan.ts";

/** Where a path of a compose file leads, by its text alone: nothing is followed. */
export type ResolvedPath =
  | { readonly type: "inside"; readonly path: string }
  | { readonly type: "outside"; readonly reason: string };

/** `../config` seen from `docker` is `config`; the root of the repository is the empty string. */
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

/** How a path of the repository is shown to a person. */
export function shown(path: string): string {
  return path === "" ? "the root of the repository" : path;
}

/** What stands at a path of the repository: symbolic links and submodules count as nothing. */
export interface Repository {
  kindOf(path: string): "file" | "folder" | null;
  /** Rejects with PlanProblem above 1 MiB. */
  read(path: string): Promise<string | null>;
}

export function repositoryOf(tree: SourceTree): Repository {
  const folders = new Set<string>([""]);
  for (const file of tree.files.keys()) {
    // The folders above one that is known are known, too.
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
