import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { mustRun } from "../run.mjs";

/** npm packages, exactly as package-lock.json names them. */
export async function installPackages(root, announce) {
  const [wanted, installed] = await Promise.all([
    readLock(join(root, "package-lock.json")),
    readLock(join(root, "node_modules/.package-lock.json")),
  ]);
  if (wanted && installed && isInstalled(wanted, installed)) return {};
  announce("installing with npm ci; takes a few seconds");
  await npm(["ci", "--loglevel=error", "--no-audit", "--no-fund", "--no-update-notifier"], root);
  return { did: "installed" };
}

/**
 * npm writes down what it installed in the format of the lock file. Optional packages may be left out: most of them
 * are for another kind of machine.
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

/** Started by `npm start`, the same npm does the work; it need not be on the path. */
function npm(args, cwd) {
  const self = process.env.npm_execpath;
  return self?.endsWith("npm-cli.js")
    ? mustRun(process.execPath, [self, ...args], { cwd })
    : mustRun("npm", args, { cwd });
}
