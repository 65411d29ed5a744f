import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { findCommand } from "./run.mjs";

/**
 * The properties of the machine that decide what set-up can do.
 *
 * @typedef {object} Machine
 * @property {boolean} isRoot
 * @property {string} account the account's name, for the commands that a problem suggests
 * @property {boolean} hasApt
 * @property {boolean} hasSystemd whether systemd is running and not only installed
 * @property {boolean} isUbuntu whether this is Ubuntu, or made from it
 * @property {boolean} hasDockerSnap
 */

/** @returns {Promise<Machine>} */
export async function lookAtMachine(env = process.env) {
  return {
    isRoot: process.getuid?.() === 0,
    account: accountName(),
    hasApt: (await findCommand("apt-get", env)) !== null,
    hasSystemd: existsSync("/run/systemd/system"),
    isUbuntu: isUbuntu(await readFile("/etc/os-release", "utf8").catch(() => "")),
    hasDockerSnap: existsSync("/snap/bin/docker"),
  };
}

/** @param {string} osRelease the content of /etc/os-release */
export function isUbuntu(osRelease) {
  const values = /^(?:ID|ID_LIKE)=(.*)$/gm;
  return [...osRelease.matchAll(values)].some(([, value]) => value.replaceAll('"', "").split(" ").includes("ubuntu"));
}

function accountName() {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}
