import type { SourceTree } from "../../../plan/plan.ts";
import type { PackageJson } from "./package-json.ts";
import type { PackageManager } from "./package-manager.ts";
import { membersOf } from "./workspace.ts";

/** The files that an installation needs, so that it is repeated only when they have changed. */
export interface EarlyInstall {
  /** The lockfile and settings in the root. */
  readonly files: readonly string[];
  /** Folders whose content matters: patches, and Yarn's own folder. */
  readonly folders: readonly string[];
  /**
   * The package.json of the root and of all packages of a workspace by path in the context, without keys that do not
   * matter for the installation.
   */
  readonly manifests: ReadonlyMap<string, string>;
  /** The app's own install scripts. They run later, because they may need the whole source. */
  readonly scripts: readonly string[];
}

/** The folder of the manifests in the context. */
export const manifestsFolder = ".baton/install";

/** Keys of package.json that change often and do not affect the installation. */
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

/** Null when the packages cannot be installed without the source: local packages, and scripts that run first. */
export async function earlyInstall(
  root: SourceTree,
  manifest: PackageJson,
  manager: PackageManager,
): Promise<EarlyInstall | null> {
  const members = await membersOf(root, manifest);
  const all = [manifest, ...members.map((member) => member.manifest)];
  // npm compiles a binding.gyp with the source. Programs of members are linked only when their files exist.
  if (root.files.has("binding.gyp") || members.some((member) => member.manifest.hasPrograms)) return null;
  if (all.some(({ hasLocalDependencies }) => hasLocalDependencies)) return null;
  if (members.some((member) => manager.lifecycle.some((name) => Object.hasOwn(member.manifest.scripts, name)))) {
    return null;
  }
  // This script checks the package manager in use, which is the right one here.
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
