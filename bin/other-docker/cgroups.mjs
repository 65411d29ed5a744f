import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const BASE = "/sys/fs/cgroup";
const REMOVE_TIMEOUT_MS = 10_000;
const TRY_EVERY_MS = 20;

/**
 * A hierarchy of control groups of this machine: where it is mounted, and the options that mount it again. Version 1
 * has one for each controller, version 2 one for all.
 *
 * @typedef {{ at: string, type: "cgroup" | "cgroup2", options: string }} Hierarchy
 */

/** @param {string} mountinfo see proc(5) @returns {Hierarchy[]} */
export function parseHierarchies(mountinfo) {
  const found = new Map();
  for (const line of mountinfo.split("\n")) {
    const [left = "", right = ""] = line.split(" - ");
    const at = left.split(" ")[4] ?? "";
    const [type, , options = ""] = right.split(" ");
    if (type !== "cgroup" && type !== "cgroup2") continue;
    if (at === BASE || at.startsWith(`${BASE}/`)) found.set(at, { at, type, options: mountOptions(type, options) });
  }
  return [...found.values()];
}

/** What the first mount says only of itself, a further one may not say. */
function mountOptions(type, options) {
  if (type === "cgroup2") return "";
  const own = options
    .split(",")
    .filter((option) => !/^(?:r[wo]|xattr|noprefix|clone_children|release_agent=.*)$/.test(option));
  return own.some((option) => option.startsWith("name=")) ? ["none", ...own].join(",") : own.join(",");
}

/**
 * Makes a group in every hierarchy.
 *
 * @param {readonly Hierarchy[]} hierarchies
 * @returns {Promise<string[]>} the folders of the groups
 */
export async function makeGroups(hierarchies, name) {
  const groups = [];
  for (const { at } of hierarchies) {
    const group = join(at, name);
    await mkdir(group, { recursive: true });
    groups.push(group);
    // With version 1, a group without CPUs and memory nodes takes no process.
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      const own = await readFile(join(group, file), "utf8").catch(() => null);
      if (own?.trim() === "") await writeFile(join(group, file), await readFile(join(at, file))).catch(() => {});
    }
  }
  return groups;
}

/**
 * Gives the controllers of a version-2 group to its children. Only a group without processes can do that, so all of them
 * move into one child.
 */
export async function delegate(group) {
  const child = join(group, "init");
  await mkdir(child, { recursive: true });
  const pids = (await readFile(join(group, "cgroup.procs"), "utf8")).split("\n").filter(Boolean);
  // A process that has ended meanwhile cannot move.
  for (const pid of pids) await writeFile(join(child, "cgroup.procs"), pid).catch(() => {});
  const controllers = (await readFile(join(group, "cgroup.controllers"), "utf8")).trim().split(" ").filter(Boolean);
  for (const one of controllers) await writeFile(join(group, "cgroup.subtree_control"), `+${one}`).catch(() => {});
}

/** Removes groups and everything below them. They are busy until their last process has ended, which takes a moment. */
export async function removeGroups(groups) {
  const deadline = Date.now() + REMOVE_TIMEOUT_MS;
  for (const group of groups) {
    while (!(await removeTree(group))) {
      if (Date.now() > deadline) throw new Error(`The control group ${group} is still in use.`);
      await delay(TRY_EVERY_MS);
    }
  }
}

async function removeTree(group) {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => null);
  if (entries === null) return true;
  for (const entry of entries) {
    if (entry.isDirectory() && !(await removeTree(join(group, entry.name)))) return false;
  }
  return rmdir(group).then(
    () => true,
    (error) => error.code === "ENOENT",
  );
}
