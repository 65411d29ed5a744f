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
 * Makes a folder the root of its mount namespace, which lasts until its standard input is closed. In a mere chroot,
 * whatever enters a container later, such as a health check, would find itself in the root of the namespace: this
 * machine's. A daemon that is started again finds the mounts of containers that went on without it.
 */
const holdRoot = 'cd "$1"; pivot_root . old; echo here; read _';

const START_TIMEOUT_MS = 60_000;
const ASK_EVERY_MS = 50;
const RESTART_PAUSE_MS = 500;

/** What systemd starts beside the daemon. Otherwise the daemon starts its own, which dies with it. */
const CONTAINERD_SOCKET = "/run/containerd/containerd.sock";

await main(async () => {
  const plan = JSON.parse(process.argv[2]);
  const { step } = createPrinter();
  await step("Docker", async () => {
    const chroot = await mountAll(plan);
    await mustRun("chroot", [chroot, "ip", "link", "set", "lo", "up"]);
    await keepWaitingConnections();
    await untilConnected();
    return { is: await startDaemon(chroot, plan), did: "started" };
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

async function startDaemon(chroot, { folder, containerd = false, restartAfterMs = RESTART_PAUSE_MS }) {
  const logFile = join(folder, "dockerd.log");
  const log = openSync(logFile, "a");
  const enter = await openRoot(chroot, log);
  if (containerd) keepRunning(() => enter("/usr/bin/containerd"), RESTART_PAUSE_MS);
  const settings = containerd ? [`--containerd=${CONTAINERD_SOCKET}`] : [];
  const start = () => enter("/usr/sbin/dockerd", "--exec-opt=native.cgroupdriver=cgroupfs", ...settings);
  const daemon = start();
  const endpoint = dockerEndpoint({});
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline && daemon.exitCode === null && daemon.signalCode === null) {
    const { version } = await askDocker(endpoint);
    if (version) {
      keepRunning(start, restartAfterMs, daemon);
      return version;
    }
    await delay(ASK_EVERY_MS);
  }
  const said = lastLines(await readFile(logFile, "utf8"));
  throw new SetUpProblem(`Docker did not start. Its log ends with:\n\n${indent(said)}`);
}

/** Resolves with a function that starts a program in the root of the daemon. */
async function openRoot(chroot, log) {
  const holder = spawn("unshare", ["--mount", "sh", "-ec", holdRoot, "sh", chroot], { stdio: ["pipe", "pipe", log] });
  await once(holder.stdout, "data");
  const root = [`--target=${holder.pid}`, "--mount", "--root", "--wd"];
  return (...command) => spawn("nsenter", [...root, "--", ...command], { stdio: ["ignore", log, log] });
}

/** Starts a program again whenever it ends, as systemd does: tests restart the daemon and kill it. */
function keepRunning(start, pauseMs, first = start()) {
  first.once("exit", async () => {
    await delay(pauseMs);
    keepRunning(start, pauseMs);
  });
}
