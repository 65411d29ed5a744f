import { parseDocument } from "yaml";
import type { SourceTree } from "../../../plan/plan.ts";
import { ignoreRules } from "../../../source/ignore.ts";
import { firstOf, subtree } from "../../../source/source-tree.ts";
import { type PackageJson, readPackageJson } from "./package-json.ts";

/** A repository of several packages that are installed together, seen from one of them. */
export interface Workspace {
  readonly root: SourceTree;
  /** The package.json in the root, which names the package manager. */
  readonly manifest: PackageJson;
  /** The folder of the package. */
  readonly member: string;
  /** Folders of other packages that this one uses and that must be built first, in this order. */
  readonly builtBefore: readonly string[];
}

/** A package of a workspace. */
export interface Member {
  readonly folder: string;
  readonly manifest: PackageJson;
}

/** Returns null when the folder is an app of its own: it has a lockfile, or the root does not name it. */
export async function workspaceOf(root: SourceTree, folder: string): Promise<Workspace | null> {
  const lockfiles = ["package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb"];
  const ownLockfile = firstOf(
    root,
    lockfiles.map((name) => `${folder}/${name}`),
  );
  if (ownLockfile !== null || !isPlainPath(folder)) return null;
  const manifest = await readPackageJson(root);
  if (manifest === null) return null;
  const patterns = await patternsOf(root, manifest);
  if (!ignoreRules(patterns).names(folder)) return null;
  const members = await membersOf(root, manifest);
  return { root, manifest, member: folder, builtBefore: builtBefore(folder, members) };
}

/** Returns the packages that the root names; empty without a workspace. */
export async function membersOf(root: SourceTree, manifest: PackageJson): Promise<readonly Member[]> {
  const patterns = await patternsOf(root, manifest);
  if (patterns.length === 0) return [];
  const rules = ignoreRules(patterns);
  const folders = [...root.files.keys()].flatMap((path) => /^(.+)\/package\.json$/.exec(path)?.[1] ?? []);
  // A pattern matches a package's folder, not the folders in it.
  const named = folders.filter((folder) => rules.names(folder));
  const members = await Promise.all(
    named.map(async (folder) => ({ folder, manifest: await readPackageJson(subtree(root, folder)) })),
  );
  return members.flatMap(({ folder, manifest: own }) => (own === null ? [] : [{ folder, manifest: own }]));
}

/** Returns the direct and indirect dependencies of a package that have a build script, the deepest first. */
function builtBefore(folder: string, members: readonly Member[]): readonly string[] {
  const byName = new Map(members.map((member) => [member.manifest.name, member]));
  const order: string[] = [];
  const seen = new Set([folder]);
  const visit = ({ manifest }: Member) => {
    for (const name of [...manifest.dependencies, ...manifest.devDependencies]) {
      const used = byName.get(name);
      if (used === undefined || seen.has(used.folder)) continue;
      seen.add(used.folder);
      visit(used);
      if (used.manifest.scripts.build !== undefined && isPlainPath(used.folder)) order.push(used.folder);
    }
  };
  const own = members.find((member) => member.folder === folder);
  if (own !== undefined) visit(own);
  return order;
}

/** Whether the path is plain, because it becomes part of Dockerfile lines. */
function isPlainPath(folder: string): boolean {
  return /^[\w@.-]+(?:\/[\w@.-]+)*$/.test(folder);
}

async function patternsOf(root: SourceTree, manifest: PackageJson): Promise<readonly string[]> {
  return [...manifest.workspaces, ...(await pnpmPackages(root))];
}

async function pnpmPackages(root: SourceTree): Promise<readonly string[]> {
  const text = await root.read("pnpm-workspace.yaml");
  if (text === null) return [];
  const packages = parseDocument(text).get("packages", false) as { toJSON?: () => unknown } | undefined;
  const list = packages?.toJSON?.();
  return Array.isArray(list) ? list.filter((item) => typeof item === "string") : [];
}
