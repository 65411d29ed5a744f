import { pathToFileURL } from "node:url";
import { built, dataFolder } from "../places.mjs";
import { searchPath } from "../run.mjs";

/** Returns the variables that set-up determines for the server's environment. */
export function serverEnvironment({ caddyBin } = {}) {
  return { PATH: searchPath(), BATON_DATA: dataFolder(), ...(caddyBin ? { BATON_CADDY_BIN: caddyBin } : {}) };
}

/** Runs the program in this process, which hands it the terminal, the signals and the exit code. */
export async function handOver(file, environment) {
  Object.assign(process.env, environment);
  await import(pathToFileURL(built(file)).href);
}
