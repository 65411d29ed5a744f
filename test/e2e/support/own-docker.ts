import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type Dockerode from "dockerode";

/** The daemon that was started for the tests. They share a process namespace with it, so there is one. */
export async function findDaemon(): Promise<number> {
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const command = await readFile(`/proc/${name}/comm`, "utf8").catch(() => "");
    if (command.trim() === "dockerd") return Number(name);
  }
  throw new Error("no dockerd runs here");
}

const startTimeoutMs = 60_000;

export async function untilDockerAnswers(docker: Dockerode): Promise<void> {
  const giveUpAt = performance.now() + startTimeoutMs;
  while (
    !(await docker.ping().then(
      () => true,
      () => false,
    ))
  ) {
    if (performance.now() > giveUpAt) throw new Error("Docker does not start again");
    await delay(50);
  }
}

/** Restarts the daemon: whoever started it starts it again. Containers end with it and come back by their own policy. */
export async function restartDaemon(docker: Dockerode, signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
  const pid = await findDaemon();
  process.kill(pid, signal);
  while ((await findDaemon().catch(() => pid)) === pid) await delay(20);
  await untilDockerAnswers(docker);
}
