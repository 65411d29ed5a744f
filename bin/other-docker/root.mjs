import { existsSync } from "node:fs";
import { access, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SetUpProblem } from "../set-up/console/problem.mjs";
import { chooseMirror, listSources } from "../set-up/packages/debian-mirror.mjs";
import { cacheFolder } from "../set-up/places.mjs";
import { firstAndLastLines, indent, mustRun, run } from "../set-up/run.mjs";
import { findSuite, versionInSuite } from "./suites.mjs";

/** What a daemon needs to run, and `ip` to bring up the loopback interface of its namespace. */
const packages = ["docker.io", "iptables", "iproute2"];

/**
 * Provides the programs of a Docker release as a root file system, from Debian's packages. It is cached: either all of
 * it is there or nothing.
 *
 * @param {import("./choice.mjs").Choice} choice
 * @returns {Promise<{ root: string, is: string, did?: string }>}
 */
export async function provideRoot({ major }, announce, folder = join(cacheFolder, "docker")) {
  const root = join(folder, String(major));
  const known = await readFile(join(root, "version"), "utf8").catch(() => null);
  if (known) return { root, is: known };
  const mirror = chooseMirror(await listSources());
  announce(`fetching Docker ${major} from Debian; takes up to a minute`);
  await mkdir(folder, { recursive: true });
  await removeAbandoned(folder);
  const suite = await findSuite(major, (one) => versionInSuite(mirror, one));
  const unfinished = join(folder, `${major}.made-by-${process.pid}`);
  try {
    const version = await unpack(suite, mirror, unfinished);
    await writeFile(join(unfinished, "version"), version);
    // Another process may have finished first.
    await rename(unfinished, root).catch((error) => access(join(root, "version")).catch(() => Promise.reject(error)));
    return { root, is: version, did: `from ${suite}` };
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Removes what killed runs have left unfinished. */
async function removeAbandoned(folder) {
  for (const name of await readdir(folder)) {
    const pid = /\.made-by-(\d+)$/.exec(name)?.[1];
    if (pid && !existsSync(`/proc/${pid}`)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/**
 * Returns this machine's settings for fetching, of those that `apt-config dump` prints: proxies, and whether a mirror
 * that stands still may be used. mmdebstrap leaves them out.
 */
export function acquireSettings(dump) {
  return dump
    .split("\n")
    .filter((line) => /^Acquire::(?:https?(?:::\S+)?|Check-\S+|Retries|ForceIPv[46]) "[^"]+";$/.test(line));
}

/**
 * Unpacks the packages without running their scripts. It works in namespaces, so that not even a kill leaves mounts.
 */
async function unpack(suite, mirror, target) {
  const namespaces = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const { code, output } = await run("setpriv", [
    ...["--pdeathsig", "KILL", "unshare", ...namespaces],
    ...["mmdebstrap", "--mode=root", "--variant=extract", "--format=directory", `--include=${packages.join(",")}`],
    // Older suites need the merged /usr to exist beforehand.
    "--hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr",
    ...acquireSettings(await mustRun("apt-config", ["dump"])).map((setting) => `--aptopt=${setting}`),
    ...[suite, target, `deb ${mirror} ${suite} main`],
  ]);
  if (code !== 0) {
    throw new SetUpProblem(`Docker cannot be unpacked from Debian's ${suite}:\n\n${indent(firstAndLastLines(output))}`);
  }
  await chooseIptables(target);
  const said = await run("chroot", [target, "/usr/sbin/dockerd", "--version"]);
  const version = /version (\d+\.\d+\.\d+)/.exec(said.output)?.[1];
  if (!version) throw new SetUpProblem(`The Docker of Debian's ${suite} does not run here: ${said.output.trim()}`);
  return version;
}

/** Links the programs that the packages' scripts would link, in the variant that this machine uses. */
async function chooseIptables(target) {
  const { output } = await run("iptables", ["--version"]);
  const program = output.includes("legacy") ? "xtables-legacy-multi" : "xtables-nft-multi";
  const names = ["iptables", "ip6tables"].flatMap((name) => [name, `${name}-save`, `${name}-restore`]);
  for (const name of names) await symlink(program, join(target, "usr/sbin", name));
}
