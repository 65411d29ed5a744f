import type { SourceTree } from "../../../plan/plan.ts";
import type { PackageJson } from "./package-json.ts";
import type { PackageManager } from "./package-manager.ts";
import { membersOf } from "./workspace.ts";

/** What installing needs of a repository, so that it happens anew only when that has changed. */
export interface EarlyInstall {
  /** Lockfile and settings in the root. */
  readonly files: readonly string[];
  /** Folders whose content counts: patches, Yarn's own. */
  readonly folders: readonly string[];
  /** The package.json of the root and of all packages of a workspace, without what is of no account here; by path in the context. */
  readonly manifests: ReadonlyMap<string, string>;
  /** The app's own scripts that install would have run: they may want all of the source. */
  readonly scripts: readonly string[];
}

/** Where the manifests lie in the context. */
export const manifestsFolder = ".baton/install";

/** Something in a package.json that changes often and decides nothing about what is installed. */
const ofNoAccount = [
  "scripts",
  "description",
  "keywords",
  "author",
  "license",
  "repository",
  "bugs",
  "homepage",
  "main",
  "module",
  "types",
  "exports",
  "files",
  "browserslist",
  "eslintConfig",
  "prettier",
  "jest",
];

/** Null where the packages cannot be installed without the source: local packages, and scripts that come first. */
export async function earlyInstall(
  root: SourceTree,
  manifest: PackageJson,
  manager: PackageManager,
): Promise<EarlyInstall | null> {
  const members = await membersOf(root, manifest);
  const all = [manifest, ...members.map((member) => member.manifest)];
  // Before anything is there npm compiles it. Programs are linked only when they are there.
  if (root.files.has("binding.gyp") || members.some((member) => member.manifest.hasPrograms)) return null;
  if (all.some(({ hasLocalDependencies }) => hasLocalDependencies)) return null;
  if (members.some((member) => manager.lifecycle.some((name) => Object.hasOwn(member.manifest.scripts, name)))) {
    return null;
  }
  // It looks which package manager is at work, which is the right one here.
  const guards = /^npx (?:-y )?only-allow \w+$/;
  if (manifest.scripts.preinstall !== undefined && !guards.test(manifest.scripts.preinstall)) return null;

  const paths = ["package.json", ...members.map(({ folder }) => `${folder}/package.json`)];
  const texts = await Promise.all(paths.map(async (path) => [path, await root.read(path)] as const));
  const ignoresScripts = /^\s*ignore-scripts\s*=\s*true/m.test((await root.read(".npmrc")) ?? "");
  return {
    files: manager.files,
    folders: ["patches", ".yarn"].filter((folder) => [...root.files.keys()].some((p) => p.startsWith(`${folder}/`))),
    manifests: new Map(texts.map(([path, text]) => [`${manifestsFolder}/${path}`, forInstall(text ?? "{}")])),
    scripts: ignoresScripts
      ? []
      : manager.lifecycle.filter((name) => name !== "preinstall" && Object.hasOwn(manifest.scripts, name)),
  };
}

function forInstall(text: string): string {
  const manifest: Record<string, unknown> = JSON.parse(text);
  return `${JSON.stringify(Object.fromEntries(Object.entries(manifest).filter(([key]) => !ofNoAccount.includes(key))), null, 2)}\n`;
}
