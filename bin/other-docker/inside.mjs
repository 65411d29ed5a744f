// Runs in namespaces of its own: starts the daemon as this machine's Docker, then the command beside it, and ends with
// the command's exit code. Cleans nothing up, because everything that it makes ends with the namespaces.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, openSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createPrinter } from "../set-up/console/print.mjs";
import { main, SetUpProblem } from "../set-up/console/problem.mjs";
import { root } from "../set-up/places.mjs";
import { askDocker, dockerEndpoint } from "../set-up/programs/docker-endpoint.mjs";
import { keepWaitingConnections } from "../set-up/programs/kernel.mjs";
import { indent, lastLines, mustRun } from "../set-up/run.mjs";
import { mountAll } from "./mounts.mjs";

/**
 * Makes a folder the root of its mount namespace and runs a command there. In a mere chroot, whatever enters a container
 * later, such as a health check, would find itself in the root of the namespace: this machine's.
 */
const changeRoot = 'cd "$1"; shift; pivot_root . old; exec "$@"';

const START_TIMEOUT_MS = 60_000;
const ASK_EVERY_MS = 50;
const RESTART_PAUSE_MS = 500;

await main(async () => {
  const plan = JSON.parse(process.argv[2]);
  const { step } = createPrinter();
  await step("Docker", async () => {
    const chroot = await mountAll(plan);
    await mustRun("chroot", [chroot, "ip", "link", "set", "lo", "up"]);
    await keepWaitingConnections();
    await untilConnected();
    return { is: await startDaemon(chroot, join(plan.folder, "dockerd.log")), did: "started" };
  });
  const [program, ...args] = plan.command;
  const child = spawn(program, args, { cwd: root, stdio: "inherit" });
  const [code, signal] = await once(child, "exit");
  process.exit(code ?? 128 + constants.signals[signal]);
});

/** Says that the namespaces are there, and waits until they are connected to what they may reach. */
async function untilConnected() {
  writeSync(3, "here\n");
  await once(createReadStream("", { fd: 4 }), "data");
}

async function startDaemon(chroot, logFile) {
  const log = openSync(logFile, "a");
  const daemon = spawnDaemon(chroot, log);
  const endpoint = dockerEndpoint({});
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline && daemon.exitCode === null && daemon.signalCode === null) {
    const { version } = await askDocker(endpoint);
    if (version) {
      keepRunning(daemon, chroot, log);
      return version;
    }
    await delay(ASK_EVERY_MS);
  }
  const said = lastLines(await readFile(logFile, "utf8"));
  throw new SetUpProblem(`Docker did not start. Its log ends with:\n\n${indent(said)}`);
}

function spawnDaemon(chroot, log) {
  const command = ["/usr/sbin/dockerd", "--exec-opt=native.cgroupdriver=cgroupfs"];
  return spawn("unshare", ["--mount", "sh", "-ec", changeRoot, "sh", chroot, ...command], {
    stdio: ["ignore", log, log],
  });
}

/** Starts the daemon again whenever it ends, as systemd does: tests restart it and kill it. */
function keepRunning(daemon, chroot, log) {
  daemon.once("exit", async () => {
    await delay(RESTART_PAUSE_MS);
    keepRunning(spawnDaemon(chroot, log), chroot, log);
  });
}
