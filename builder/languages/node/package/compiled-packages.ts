import type { SourceTree } from "../../../plan/plan.ts";
import type { PackageJson } from "./package-json.ts";

/** What packages come with that fetch a finished program at install, and compile it where they cannot. */
const installers = ["prebuild-install", "@mapbox/node-pre-gyp", "node-pre-gyp"];
const inLockfile = new RegExp(`(?<![\\w-])(${installers.join("|")})(?![\\w-])`);

/** Packages that do so, or always compile, for where no lockfile names what they come with. */
const compiled = new Set(
  "better-sqlite3 sqlite3 bcrypt canvas node-sass node-pty re2 libpq pg-native isolated-vm deasync node-expat microtime zlib-sync".split(
    " ",
  ),
);

/** What a compiler may be wanted for when packages are installed: a package, or the app itself; null: nothing that is known. */
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
