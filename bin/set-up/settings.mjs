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
  // Its packages may not be installed yet.
  const code = await import(pathToFileURL(reader).href).catch(() => null);
  try {
    return code?.readConfig(env, process.cwd()) ?? null;
  } catch (error) {
    throw error.name === "BadConfig" ? new SetUpProblem(error.message) : error;
  }
}
