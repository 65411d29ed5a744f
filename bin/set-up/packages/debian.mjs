import { existsSync } from "node:fs";
import { SetUpProblem } from "../console/problem.mjs";
import { findCommand, indent, lastLines, run } from "../run.mjs";

/**
 * A thing that a Debian package brings, and how to see that it is there. An absolute path is looked at; a bare name
 * is looked up like a command.
 *
 * @typedef {{ package: string, sign: string }} Need
 */

/** @type {readonly Need[]} */
export const alwaysNeeded = [
  { package: "git", sign: "git" },
  { package: "ca-certificates", sign: "/etc/ssl/certs/ca-certificates.crt" },
  { package: "util-linux", sign: "unshare" },
];

/** Only where Docker is expected on this machine and no daemon answers yet. @type {readonly Need[]} */
export const neededForDocker = [
  { package: "docker.io", sign: "dockerd" },
  { package: "iptables", sign: "iptables" },
];

/** The browser of the tests. @type {Need} */
export const chromium = { package: "chromium", sign: "/usr/bin/chromium" };

/** Makes base images where no registry can be reached; the server installs it by itself unless it may not write to /usr. @type {Need} */
export const mmdebstrap = { package: "mmdebstrap", sign: "mmdebstrap" };

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
  // A source that is out of order need not be one of those that have these packages: the install decides.
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
