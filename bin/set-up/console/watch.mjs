import { spawn } from "node:child_process";
import { EventEmitter, on, once } from "node:events";
import { watch as watchFiles } from "node:fs";
import { join } from "node:path";
import { build, sourceFolders } from "../build.mjs";
import { built, root } from "../places.mjs";

/** Compiles on every save, for development, and restarts the server when that succeeds. Ctrl-C ends both. */
export async function watch(environment) {
  let server = serve(environment);
  const stop = async (signal) => {
    await end(server, signal);
    process.exit();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);

  const changes = new EventEmitter();
  for (const folder of sourceFolders) {
    watchFiles(join(root, folder), { recursive: true }, () => changes.emit("change"));
  }
  for await (const _ of on(changes, "change")) {
    if (!(await compiledAnew())) continue;
    await end(server, "SIGTERM");
    server = serve(environment);
  }
}

/** Returns false also for the further events of one save, because the sources change only with the first. */
async function compiledAnew() {
  try {
    const { did } = await build(root, () => {});
    return did !== undefined;
  } catch (problem) {
    process.stderr.write(`\n${problem.message}\n`);
    return false;
  }
}

const serve = (environment) =>
  spawn(process.execPath, [built("server/main.js")], { env: { ...process.env, ...environment }, stdio: "inherit" });

async function end(server, signal) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = once(server, "exit");
  server.kill(signal);
  await exit;
}
