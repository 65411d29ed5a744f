import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SetUpProblem } from "../set-up/console/problem.mjs";
import { aptSettings, sourceLine } from "../set-up/programs/caddy-download.mjs";
import { mustRun, run } from "../set-up/run.mjs";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Debian's suites, the newest first. */
export const suites = ["sid", "forky", "trixie", "bookworm"];

/** The suites in the order in which to ask them: first the one that had this version when it was looked up last. */
export function inOrderFor(major) {
  const likely = { 20: "bookworm", 26: "trixie", 28: "sid" }[major];
  return likely ? [likely, ...suites.filter((suite) => suite !== likely)] : suites;
}

/** Returns the upstream version that `apt-cache madison docker.io` prints, or null. */
export function parseMadison(output) {
  return /^\s*docker\.io \| (?:\d+:)?(\d+\.\d+\.\d+)/m.exec(output)?.[1] ?? null;
}

/**
 * Finds the suite whose docker.io has this major version.
 *
 * @param {number} major
 * @param {(suite: string) => Promise<string | null>} versionIn null when the mirror does not have the suite
 */
export async function findSuite(major, versionIn) {
  const seen = [];
  for (const suite of inOrderFor(major)) {
    const version = await versionIn(suite);
    if (version?.startsWith(`${major}.`)) return suite;
    seen.push(`${suite} has ${version ?? "none"}`);
  }
  throw new SetUpProblem(`Docker ${major} cannot be had from Debian today: ${seen.join(", ")}.`);
}

/** Asks the mirror, with lists of its own: the system's apt never sees the suite. */
export async function versionInSuite(mirror, suite) {
  const folder = await mkdtemp(join(tmpdir(), "baton-suite-"));
  try {
    await mkdir(join(folder, "lists/partial"), { recursive: true });
    await mkdir(join(folder, "archives/partial"), { recursive: true });
    const architecture = (await mustRun("dpkg", ["--print-architecture"])).trim();
    const keyring = existsSync(KEYRING) ? KEYRING : null;
    await writeFile(join(folder, "sources.list"), sourceLine({ mirror, suite, architecture, keyring }));
    await writeFile(join(folder, "status"), "");
    const settings = join(folder, "apt.conf");
    await writeFile(settings, aptSettings(folder));
    const { code } = await run("apt-get", ["-c", settings, "update"]);
    return code === 0 ? parseMadison(await mustRun("apt-cache", ["-c", settings, "madison", "docker.io"])) : null;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
