import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isBuilt } from "./build.mjs";
import { SetUpProblem } from "./console/problem.mjs";

/**
 * Reads the environment with the server's own compiled code, so that a wrong value is reported before the long steps.
 * Null when the current sources are not compiled yet.
 *
 * @returns {Promise<import("../../server/boot/config.ts").Config | null>}
 */
export async function readSettings(root, env = process.env) {
  const reader = join(root, ".build/server/boot/config.js");
  if (!existsSync(reader) || !(await isBuilt(root))) return null;
  const { readConfig, BadConfig } = await import(pathToFileURL(reader).href);
  try {
    return readConfig(env, process.cwd());
  } catch (error) {
    throw error instanceof BadConfig ? new SetUpProblem(error.message) : error;
  }
}
