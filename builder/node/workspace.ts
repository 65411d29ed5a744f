import { parseDocument } from "yaml";
import { ignoreRules } from "../ignore.ts";
import type { SourceTree } from "../plan.ts";
import { firstOf } from "../source-tree.ts";
import { type PackageJson, readPackageJson } from "./package-json.ts";

/** A repository of several packages that are installed together, seen from one of them. */
export interface Workspace {
  readonly root: SourceTree;
  /** The package.json in the root, which names the package manager. */
  readonly manifest: PackageJson;
  /** The package's folder. */
  readonly member: string;
}

/** Null where the folder is an app of its own: with a lockfile, or not among those that the root names. */
export async function workspaceOf(root: SourceTree, folder: string): Promise<Workspace | null> {
  const lockfiles = ["package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"];
  const ownLockfile = firstOf(
    root,
    lockfiles.map((name) => `${folder}/${name}`),
  );
  // It becomes lines of a Dockerfile: nothing but a plain path.
  if (ownLockfile !== null || !/^[\w@.-]+(?:\/[\w@.-]+)*$/.test(folder)) return null;
  const manifest = await readPackageJson(root);
  if (manifest === null) return null;
  const patterns = [...manifest.workspaces, ...(await pnpmPackages(root))];
  return ignoreRules(patterns).ignores(folder) ? { root, manifest, member: folder } : null;
}

async function pnpmPackages(root: SourceTree): Promise<readonly string[]> {
  const text = await root.read("pnpm-workspace.yaml");
  if (text === null) return [];
  const packages = parseDocument(text).get("packages", false) as { toJSON?: () => unknown } | undefined;
  const list = packages?.toJSON?.();
  return Array.isArray(list) ? list.filter((item) => typeof item === "string") : [];
}
