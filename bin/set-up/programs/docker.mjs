import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { SetUpProblem } from "../console/problem.mjs";
import { indent, lastLines, mustRun, searchPath } from "../run.mjs";
import { askDocker } from "./docker-endpoint.mjs";

const START_TIMEOUT_MS = 60_000;
const ASK_EVERY_MS = 100;
const DAEMON_PID_FILE = "/var/run/docker.pid";

const nothingToStop = async () => {};

/**
 * Provides a daemon that responds, and starts one when none does. It outlives this process. `stop` stops it, but only
 * if it was started here, so that the tests can leave the machine as it was.
 *
 * @param {object} where
 * @param {import("./docker-endpoint.mjs").Endpoint} where.endpoint
 * @param {Pick<import("../machine.mjs").Machine, "hasSystemd">} where.machine
 * @param {string} where.folder for the daemon's log and process id
 * @param {boolean} [where.liveRestore] whether containers go on without a daemon that is started here
 * @param {string} [where.pidFile] the daemon's own file
 */
export async function provideDocker(
  { endpoint, machine, folder, liveRestore = false, pidFile = DAEMON_PID_FILE },
  announce,
) {
  if (!endpoint.askable) return { is: `at ${endpoint.name}`, stop: nothingToStop };
  const { version } = await askDocker(endpoint);
  if (version) return { is: version, stop: nothingToStop };
  announce("starting the daemon; takes a few seconds");
  if (machine.hasSystemd) {
    await mustRun("systemctl", ["start", "docker"]);
    return { is: await untilAnswering(endpoint), did: "started", stop: nothingToStop };
  }
  if (await daemonRuns(pidFile))
    return { is: await untilAnswering(endpoint), did: "was starting", stop: nothingToStop };
  return startDaemon({ endpoint, folder, liveRestore });
}

async function startDaemon({ endpoint, folder, liveRestore }) {
  const logFile = join(folder, "docker.log");
  const log = await open(logFile, "w", 0o600);
  const daemon = spawn("dockerd", liveRestore ? ["--live-restore"] : [], {
    cwd: "/",
    detached: true,
    env: { ...process.env, PATH: searchPath() },
    stdio: ["ignore", log.fd, log.fd],
  });
  const ended = new AbortController();
  daemon.on("error", (error) => ended.abort(new SetUpProblem(error.message)));
  daemon.on("exit", () => ended.abort(new SetUpProblem("dockerd exited while it was starting.")));
  try {
    const version = await untilAnswering(endpoint, ended.signal);
    await writeFile(join(folder, "docker.pid"), `${daemon.pid}\n`);
    daemon.unref();
    return { is: version, did: "started", stop: () => stopDaemon(daemon) };
  } catch (error) {
    daemon.kill("SIGTERM");
    const said = lastLines(await readFile(logFile, "utf8"));
    throw new SetUpProblem(
      `Docker did not start. ${error.message}\nIts log, ${logFile}, ends with:\n\n${indent(said)}`,
    );
  } finally {
    await log.close();
  }
}

async function stopDaemon(daemon) {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  daemon.ref();
  const exit = once(daemon, "exit");
  daemon.kill("SIGTERM");
  await exit;
}

async function untilAnswering(endpoint, signal) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const { version } = await askDocker(endpoint);
    if (version) return version;
    signal?.throwIfAborted();
    await delay(ASK_EVERY_MS);
  }
  throw new SetUpProblem(`No Docker daemon responded at ${endpoint.name} within ${START_TIMEOUT_MS / 1000} s.`);
}

/** Whether a daemon is starting. It does not respond yet, and a second one would conflict with it. */
async function daemonRuns(pidFile) {
  const pid = (await readFile(pidFile, "utf8").catch(() => "")).trim();
  if (!/^\d+$/.test(pid)) return false;
  const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
  return name.trim() === "dockerd";
}
