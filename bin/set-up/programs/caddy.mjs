import { copyFile, mkdir, rename } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SetUpProblem } from "../console/problem.mjs";
import { isAtLeast, parseVersion, showVersion } from "../packages/versions.mjs";
import { findCommand, run } from "../run.mjs";
import { downloadCaddy } from "./caddy-download.mjs";

/**
 * Older versions do not read an upstream's port from a file for each request, or lose count of the requests in flight.
 */
export const MINIMUM_CADDY = "2.11.2";

export const howToGiveOne = `Set BATON_CADDY_BIN to the path of a Caddy ${MINIMUM_CADDY} or newer, or put one on the PATH.`;

/**
 * Provides a current Caddy: the one that BATON_CADDY_BIN names, else the one on the path, else the one in `folder`. If
 * that is missing, it is copied from `others` or downloaded. The system's own packages are not changed.
 *
 * @param {{ folder: string, others?: readonly string[], env?: NodeJS.ProcessEnv }} where
 * @returns {Promise<{ bin: string, is: string, did?: string }>}
 */
export async function provideCaddy({ folder, others = [], env = process.env }, announce) {
  const found = await findCaddy(folder, env);
  if (found) return found;
  const bin = join(folder, "caddy");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const other of others) {
    if (!(await currentVersion(other))) continue;
    await copyFile(other, `${bin}.new`);
    await rename(`${bin}.new`, bin);
    return { bin, is: await currentVersion(bin), did: "copied" };
  }
  announce("downloading the current version from Debian; takes about ten seconds");
  return { bin, is: await download(bin), did: "downloaded from Debian" };
}

async function download(bin) {
  try {
    await downloadCaddy(bin);
    const version = await currentVersion(bin);
    if (version) return version;
    throw new SetUpProblem("The version there is too old, or does not run on this machine.");
  } catch (error) {
    throw new SetUpProblem(`Caddy could not be downloaded from Debian. ${error.message}\n\n${howToGiveOne}`);
  }
}

/** Returns a usable Caddy, or null. */
export async function findCaddy(folder, env = process.env) {
  if (env.BATON_CADDY_BIN) return chosenCaddy(resolve(env.BATON_CADDY_BIN));
  for (const bin of [await findCommand("caddy", env), join(folder, "caddy")]) {
    const is = bin && (await currentVersion(bin));
    if (is) return { bin, is };
  }
  return null;
}

async function chosenCaddy(bin) {
  const version = await versionOf(bin);
  if (!version) throw new SetUpProblem(`BATON_CADDY_BIN is ${bin}, which does not respond to \`caddy version\`.`);
  if (isAtLeast(version, MINIMUM_CADDY)) return { bin, is: version };
  throw new SetUpProblem(`BATON_CADDY_BIN is ${bin}, Caddy ${version}; Baton needs ${MINIMUM_CADDY} or newer.`);
}

async function currentVersion(bin) {
  const version = await versionOf(bin);
  return version && isAtLeast(version, MINIMUM_CADDY) ? version : null;
}

async function versionOf(bin) {
  const { code, output } = await run(bin, ["version"]);
  // Without a home folder, as under systemd, it also logs a warning with a time stamp.
  const line = output.split("\n").find((text) => /^v?\d+\.\d+/.test(text));
  const version = code === 0 && line ? parseVersion(line) : null;
  return version && showVersion(version);
}
