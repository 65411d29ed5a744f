import type { SourceTree } from "../../../plan/plan.ts";
import type { PackageJson } from "./package-json.ts";

/**
 * Packages that download a prebuilt program during installation and compile it when there is none. Others depend on
 * them.
 */
const installers = ["prebuild-install", "@mapbox/node-pre-gyp", "node-pre-gyp"];
const inLockfile = new RegExp(`(?<![\\w-])(${installers.join("|")})(?![\\w-])`);

/** Packages that do so or always compile, for apps whose lockfile does not list indirect dependencies. */
const compiled = new Set(
  "better-sqlite3 sqlite3 bcrypt canvas node-sass node-pty re2 libpq pg-native isolated-vm deasync node-expat microtime zlib-sync".split(
    " ",
  ),
);

/** Returns what may need a compiler during installation: a package, or the app itself. Null when nothing does. */
export async function compiledPackage(
  tree: SourceTree,
  manifests: readonly PackageJson[],
  files: readonly string[],
): Promise<string | null> {
  const named = manifests
    .flatMap(({ dependencies, devDependencies }) => [...dependencies, ...devDependencies])
    .find((name) => compiled.has(name));
  if (named !== undefined) return named;
  if (tree.files.has("binding.gyp")) return "binding.gyp";
  for (const file of files.filter((path) => /lock|shrinkwrap/.test(path) && path !== "bun.lockb")) {
    const found = inLockfile.exec((await tree.read(file)) ?? "")?.[1];
    if (found !== undefined) return `${found} in ${file}`;
  }
  return null;
}
