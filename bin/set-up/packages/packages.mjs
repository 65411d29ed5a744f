import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { mustRun } from "../run.mjs";

/**
 * npm 9, which Debian 13 has, reads optional peer dependencies differently from the npm that wrote the lockfile, and
 * then refuses it as out of date. Without peers it installs the same packages.
 */
const ciArguments = ["ci", "--legacy-peer-deps", "--loglevel=error", "--no-audit", "--no-fund", "--no-update-notifier"];

/** Installs the npm packages exactly as package-lock.json lists them. */
export async function installPackages(root, announce) {
  const [wanted, installed] = await Promise.all([
    readLock(join(root, "package-lock.json")),
    readLock(join(root, "node_modules/.package-lock.json")),
  ]);
  if (wanted && installed && isInstalled(wanted, installed)) return {};
  announce("installing with npm ci; takes a few seconds");
  await npm(ciArguments, root);
  return { did: "installed" };
}

/**
 * Compares the lockfile with the record of installed packages, which npm writes in the same format. Optional packages
 * may be missing, because most of them are for another kind of machine.
 */
export function isInstalled(wanted, installed) {
  return Object.entries(wanted.packages).every(([path, entry]) => {
    if (path === "") return true;
    const there = installed.packages[path];
    if (!there) return entry.optional === true || entry.devOptional === true;
    return there.version === entry.version && there.integrity === entry.integrity;
  });
}

async function readLock(file) {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if (error.code === "ENOENT" || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Runs the npm that `npm start` was called with. It need not be on the path. */
function npm(args, cwd) {
  const self = process.env.npm_execpath;
  return self?.endsWith("npm-cli.js")
    ? mustRun(process.execPath, [self, ...args], { cwd })
    : mustRun("npm", args, { cwd });
}
