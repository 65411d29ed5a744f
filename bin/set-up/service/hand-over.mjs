import { pathToFileURL } from "node:url";
import { built, dataFolder } from "../places.mjs";
import { searchPath } from "../run.mjs";

/** What the server reads from its environment and set-up knows better. */
export function serverEnvironment({ caddyBin } = {}) {
  return { PATH: searchPath(), BATON_DATA: dataFolder(), ...(caddyBin ? { BATON_CADDY_BIN: caddyBin } : {}) };
}

/** Goes on as that program, in this process: it owns the terminal, the signals and the exit code from here on. */
export async function handOver(file, environment) {
  Object.assign(process.env, environment);
  await import(pathToFileURL(built(file)).href);
}
