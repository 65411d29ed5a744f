import { existsSync } from "node:fs";
import { userInfo } from "node:os";
import { findCommand } from "./run.mjs";

/**
 * What there is to work with.
 *
 * @typedef {object} Machine
 * @property {boolean} isRoot
 * @property {string} account its name, for the commands that a problem proposes
 * @property {boolean} hasApt
 * @property {boolean} hasSystemd systemd runs here, not only lies about
 */

/** @returns {Promise<Machine>} */
export async function lookAtMachine(env = process.env) {
  return {
    isRoot: process.getuid?.() === 0,
    account: accountName(),
    hasApt: (await findCommand("apt-get", env)) !== null,
    hasSystemd: existsSync("/run/systemd/system"),
  };
}

function accountName() {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}
