import { existsSync } from "node:fs";
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
