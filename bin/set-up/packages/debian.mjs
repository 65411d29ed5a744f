import { existsSync } from "node:fs";
import { SetUpProblem } from "../console/problem.mjs";
import { findCommand, indent, lastLines, run } from "../run.mjs";

/**
 * A Debian package and the sign that it is installed: an absolute path that exists, or the name of a command on the
 * path.
 *
 * @typedef {{ package: string, sign: string }} Need
 */

/** @type {readonly Need[]} */
export const alwaysNeeded = [
  { package: "git", sign: "git" },
  { package: "ca-certificates", sign: "/etc/ssl/certs/ca-certificates.crt" },
  { package: "util-linux", sign: "unshare" },
];

/** Needed only if Docker is expected on this machine and no daemon responds yet. @type {readonly Need[]} */
export const neededForDocker = [
  { package: "docker.io", sign: "dockerd" },
  { package: "iptables", sign: "iptables" },
];

/** The browser for the tests. @type {Need} */
export const chromium = { package: "chromium", sign: "/usr/bin/chromium" };

/**
 * Makes base images when no registry can be reached. The server installs it automatically unless it may not write to
 * /usr. @type {Need}
 */
export const mmdebstrap = { package: "mmdebstrap", sign: "mmdebstrap" };

/** What mmdebstrap needs to check Debian's signatures, and itself. @type {readonly Need[]} */
export const mmdebstrapWithKeys = [
  mmdebstrap,
  { package: "debian-archive-keyring", sign: "/usr/share/keyrings/debian-archive-keyring.gpg" },
  { package: "gpg", sign: "gpg" },
];

/** @param {readonly Need[]} needs @returns {Promise<string[]>} packages to install */
export async function missingPackages(needs, env = process.env) {
  const isThere = ({ sign }) => (sign.startsWith("/") ? existsSync(sign) : findCommand(sign, env));
  const there = await Promise.all(needs.map(isThere));
  return needs.filter((_, index) => !there[index]).map((need) => need.package);
}

const quiet = { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "l" };

/** @param {readonly string[]} packages */
export async function installDebianPackages(packages, announce) {
  if (packages.length === 0) return {};
  announce(`installing ${packages.join(", ")}; takes up to a minute`);
  // An unreachable source may not matter for these packages, so only the installation decides.
  const update = await run("apt-get", ["update"], { env: quiet });
  const install = await run(
    "apt-get",
    ["install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", ...packages],
    { env: quiet },
  );
  if (install.code === 0) return { is: packages.join(", "), did: "installed" };
  const said = lastLines(`${update.code === 0 ? "" : update.output}\n${install.output}`);
  throw new SetUpProblem(`apt-get could not install ${packages.join(", ")}:\n\n${indent(said)}`);
}
