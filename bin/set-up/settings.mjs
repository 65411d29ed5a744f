import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isBuilt } from "./build.mjs";
import { SetUpProblem } from "./console/problem.mjs";

/**
 * The environment as the server will read it, by the server's own compiled code: a wrong value is a problem now, not
 * after the long steps. Null where nothing is compiled from today's sources yet.
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
