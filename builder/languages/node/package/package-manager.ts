import semver from "semver";
import type { SourceTree } from "../../../plan/plan.ts";
import { firstOf } from "../../../source/source-tree.ts";
import type { PackageJson } from "./package-json.ts";

export type PackageManagerName = "npm" | "pnpm" | "yarn" | "yarn-berry" | "bun";

/** How an app's packages are installed, as commands of a Dockerfile's RUN. */
export interface PackageManager {
  readonly name: PackageManagerName;
  /** The npm package and version that installs the package manager; null for npm, which is in the image. */
  readonly program: string | null;
  /** Existing files that the installation needs in addition to package.json: lockfile and settings. */
  readonly files: readonly string[];
  readonly install: string;
  /**
   * The command that removes development packages from every package of a workspace; null where it is not worth the
   * risk.
   */
  readonly prune: string | null;
  /** Runs the script of package.json whose name follows, as the package manager itself does. */
  readonly run: string;
  /** The app's own scripts that the installation runs, in this order. */
  readonly lifecycle: readonly string[];
  /** `ENV` lines that install and prune need. */
  readonly environment: readonly string[];
  /** The folder of the download cache. */
  readonly cacheFolder: string;
  readonly decision: string;
  readonly warning: string | null;
}

const lockfiles = {
  "pnpm-lock.yaml": "pnpm",
  "yarn.lock": "yarn",
  "package-lock.json": "npm",
  "npm-shrinkwrap.json": "npm",
  "bun.lock": "bun",
  "bun.lockb": "bun",
} as const;
type Lockfile = keyof typeof lockfiles;

/**
 * Chooses the package manager by lockfile. packageManager in package.json decides when there are several lockfiles or
 * none.
 */
export async function choosePackageManager(tree: SourceTree, manifest: PackageJson): Promise<PackageManager> {
  const present = (Object.keys(lockfiles) as Lockfile[]).filter((file) => tree.files.has(file));
  const declared = /^(npm|pnpm|yarn|bun)(?:@([^+]+))?/.exec(manifest.packageManager ?? "");
  const lockfile = present.find((file) => lockfiles[file] === declared?.[1]) ?? present[0] ?? null;
  const name = lockfile === null ? (declared?.[1] ?? "npm") : lockfiles[lockfile];
  const version = declared?.[1] === name ? semver.valid(declared?.[2]) : null;
  const warning = warnOf(present, lockfile, name, declared?.[1] ?? null);

  switch (name) {
    case "pnpm":
      return { ...(await pnpm(tree, lockfile, version)), warning };
    case "yarn":
      return { ...(await yarn(tree, lockfile, version)), warning };
    case "bun":
      return { ...bun(tree, lockfile, version), warning };
    default:
      return { ...npm(tree, lockfile, version), warning };
  }
}

function warnOf(
  present: readonly Lockfile[],
  chosen: Lockfile | null,
  name: string,
  declared: string | null,
): string | null {
  const others = present.filter((file) => lockfiles[file] !== name);
  if (others.length > 0)
    return `${others.join(" and ")} ${others.length === 1 ? "is" : "are"} not used, because there is ${chosen}`;
  if (declared !== null && declared !== name)
    return `packageManager in package.json says ${declared}, but the lockfile is ${name}'s`;
  return chosen === null ? "there is no lockfile, so two builds of the same version can differ: commit one" : null;
}

type Choice = Omit<PackageManager, "warning">;

/** The scripts that npm and later package managers run in a folder when its packages are installed. */
const lifecycle = ["preinstall", "install", "postinstall", "prepare"];

function npm(tree: SourceTree, lockfile: Lockfile | null, version: string | null): Choice {
  const install = lockfile === null ? "npm install" : "npm ci";
  return {
    name: "npm",
    program: version === null ? null : `npm@${version}`,
    files: thereOf(tree, [lockfile, ".npmrc"]),
    install: `${install} --no-audit --no-fund`,
    prune: "npm prune --omit=dev --no-audit --no-fund",
    run: "npm run",
    lifecycle,
    environment: [],
    cacheFolder: "/root/.npm",
    decision: `${install}, ${lockfile === null ? "without a lockfile" : `from ${lockfile}`}${version === null ? "" : `, by npm ${version} (packageManager)`}`,
  };
}

async function pnpm(tree: SourceTree, lockfile: Lockfile | null, version: string | null): Promise<Choice> {
  const wanted = version ?? pnpmOfLockfile(lockfile === null ? null : await tree.read(lockfile));
  // The store is set on the command line, because pnpm's default depends on which file systems are mounted where.
  const store = "--config.store-dir=/root/.cache/pnpm";
  return {
    name: "pnpm",
    program: `pnpm@${wanted}`,
    files: thereOf(tree, [lockfile, "pnpm-workspace.yaml", ".npmrc", ".pnpmfile.cjs"]),
    install: `pnpm install ${lockfile === null ? "--no-frozen-lockfile" : "--frozen-lockfile"} ${store}`,
    // `pnpm prune` handles only the root package. Packages that were compiled in the installation stay as they are.
    prune: `CI=true pnpm install --prod --frozen-lockfile --offline --ignore-scripts --config.modules-cache-max-age=0 ${store}`,
    run: "pnpm run",
    lifecycle,
    environment: [],
    cacheFolder: "/root/.cache/pnpm",
    decision: `pnpm ${wanted}, ${lockfile === null ? "without a lockfile" : `from ${lockfile}`}`,
  };
}

/**
 * Returns the oldest pnpm that writes lockfiles of this version. Newer ones may refuse them or skip install scripts.
 */
function pnpmOfLockfile(text: string | null): string {
  const version = /^lockfileVersion:\s*['"]?([\d.]+)/m.exec(text ?? "")?.[1];
  if (version === undefined) return "10";
  const number = Number.parseFloat(version);
  if (number < 6) return "7";
  return number < 9 ? "8" : "9";
}

async function yarn(tree: SourceTree, lockfile: Lockfile | null, version: string | null): Promise<Choice> {
  const lockText = lockfile === null ? null : await tree.read(lockfile);
  const metadata = /^__metadata:\s+version: (\d+)/m.exec(lockText ?? "")?.[1];
  const isBerry =
    version === null ? metadata !== undefined || tree.files.has(".yarnrc.yml") : semver.major(version) > 1;
  return isBerry
    ? berry(tree, lockfile, version ?? (Number(metadata ?? 8) < 7 ? "3" : "4"))
    : classicYarn(tree, lockfile, version ?? "1");
}

function classicYarn(tree: SourceTree, lockfile: Lockfile | null, version: string): Choice {
  const frozen = lockfile === null ? "" : " --frozen-lockfile";
  return {
    name: "yarn",
    program: `yarn@${version}`,
    files: thereOf(tree, [lockfile, ".yarnrc", ".npmrc"]),
    install: `yarn install${frozen} --non-interactive`,
    prune: `yarn install${frozen} --production --ignore-scripts --prefer-offline --non-interactive`,
    run: "yarn run",
    lifecycle,
    environment: ["YARN_CACHE_FOLDER=/root/.cache/yarn"],
    cacheFolder: "/root/.cache/yarn",
    decision: `Yarn ${version}, ${lockfile === null ? "without a lockfile" : `from ${lockfile}`}`,
  };
}

function berry(tree: SourceTree, lockfile: Lockfile | null, version: string): Choice {
  return {
    name: "yarn-berry",
    program: `@yarnpkg/cli-dist@${version}`,
    files: thereOf(tree, [lockfile, ".yarnrc.yml", ".npmrc"]),
    install: lockfile === null ? "yarn install --no-immutable" : "yarn install --immutable",
    // In Yarn 2 and 3 this is a plugin, which few have installed.
    prune: Number.parseInt(version, 10) >= 4 ? "yarn workspaces focus --all --production" : null,
    run: "yarn run",
    lifecycle: ["preinstall", "install", "postinstall"],
    // Plug'n'Play would need Yarn at run time too. The output of install scripts says why they fail.
    environment: [
      "YARN_NODE_LINKER=node-modules",
      "YARN_ENABLE_GLOBAL_CACHE=true",
      "YARN_ENABLE_TELEMETRY=0",
      "YARN_ENABLE_INLINE_BUILDS=true",
    ],
    cacheFolder: "/root/.yarn/berry/cache",
    decision: `Yarn ${version}, ${lockfile === null ? "without a lockfile" : `from ${lockfile}`}`,
  };
}

function bun(tree: SourceTree, lockfile: Lockfile | null, version: string | null): Choice {
  const wanted = version ?? "1";
  return {
    name: "bun",
    program: `bun@${wanted}`,
    files: thereOf(tree, [lockfile, "bunfig.toml", ".npmrc"]),
    install: lockfile === null ? "bun install" : "bun install --frozen-lockfile",
    // Bun's installation only adds packages, so the folders are removed first. Install scripts run again, with cached
    // downloads.
    prune: `find . -name node_modules -prune -exec rm -rf {} + && bun install --production${lockfile === null ? "" : " --frozen-lockfile"}`,
    run: "bun run",
    lifecycle,
    environment: [],
    cacheFolder: "/root/.bun/install/cache",
    decision: `Bun ${wanted}, ${lockfile === null ? "without a lockfile" : `from ${lockfile}`}`,
  };
}

function thereOf(tree: SourceTree, paths: readonly (string | null)[]): readonly string[] {
  return paths.flatMap((path) => (path === null ? null : firstOf(tree, [path])) ?? []);
}
