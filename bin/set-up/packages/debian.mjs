import { existsSync } from "node:fs";
import { SetUpProblem } from "../console/problem.mjs";
import { findCommand, indent, lastLines, run } from "../run.mjs";

/**
 * A package of Debian and Ubuntu, and the signs that it is installed: absolute paths, of which one exists, or the name
 * of a command on the path.
 *
 * @typedef {{ package: string, sign: string | readonly string[] }} Need
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

/** The key of Debian's archive. Newer releases of Debian end its name differently. */
export const archiveKeyrings = ["gpg", "pgp"].map((end) => `/usr/share/keyrings/debian-archive-keyring.${end}`);

/** Needed to verify what is downloaded from Debian. Ubuntu does not have it by default. @type {Need} */
export const archiveKey = { package: "debian-archive-keyring", sign: archiveKeyrings };

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
  const isThere = (sign) => (sign.startsWith("/") ? existsSync(sign) : findCommand(sign, env));
  const there = await Promise.all(
    needs.map(async ({ sign }) => (await Promise.all([sign].flat().map(isThere))).some(Boolean)),
  );
  return needs.filter((_, index) => !there[index]).map((need) => need.package);
}

const quiet = { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "l" };

/**
 * Packages that are installed beside another where the distribution has them. From Debian 13 on, docker.io only
 * recommends the command `docker`, which messages of Baton refer to.
 */
const companions = { "docker.io": ["docker-cli"] };

/** @param {readonly string[]} packages @param {{ isUbuntu: boolean }} machine */
export async function installDebianPackages(packages, { isUbuntu }, announce) {
  if (packages.length === 0) return {};
  announce(`installing ${packages.join(", ")}; takes up to a minute`);
  // An unreachable source may not matter for these packages, so only the installation decides.
  const update = await run("apt-get", ["update"], { env: quiet });
  const install = await run(
    "apt-get",
    ["install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", ...(await withCompanions(packages))],
    { env: quiet },
  );
  if (install.code === 0) return { is: packages.join(", "), did: "installed" };
  const said = lastLines(`${update.code === 0 ? "" : update.output}\n${install.output}`);
  const hint = isUbuntu && isUnknown(said) ? `\n\n${howToAddUniverse}` : "";
  throw new SetUpProblem(`apt-get could not install ${packages.join(", ")}:\n\n${indent(said)}${hint}`);
}

async function withCompanions(packages) {
  const wanted = packages.flatMap((name) => companions[name] ?? []);
  const policies = await Promise.all(
    wanted.map((name) => run("apt-cache", ["policy", name], { env: { LC_ALL: "C" } })),
  );
  return [...packages, ...wanted.filter((_, index) => hasCandidate(policies[index].output))];
}

/** Whether apt could install the package, from the output of `apt-cache policy`. */
export const hasCandidate = (policy) => /^\s*Candidate: (?!\(none\))\S/m.test(policy);

const howToAddUniverse =
  "On Ubuntu these packages are in the section universe. As root, run: add-apt-repository -y universe";

/** Whether apt knows no such package, from what it says. */
export const isUnknown = (said) => /Unable to locate package|has no installation candidate/.test(said);
