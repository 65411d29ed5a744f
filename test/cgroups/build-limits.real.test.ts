import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Docker from "dockerode";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createBuildLimiter } from "../../server/cgroups/build-limiter.ts";
import { createDockerEngine } from "../../server/docker/docker-engine.ts";
import type { InstanceId } from "../../server/model/ids.ts";
import { planBuildLimits } from "../../server/rules/build-limits.ts";
import { contextOf, tinyRoot } from "../docker/tiny-image.ts";

/**
 * A daemon of its own, whose builds run in control groups of its own: limits this small would end what others build.
 * It has no network and touches no packet filter.
 */
const parent = `baton-test-${process.pid}`;
const megabyte = 1024 ** 2;
const limits = { memoryBytes: 96 * megabyte, processes: 48 };
const root = "/sys/fs/cgroup";
const never = new AbortController().signal;

let folder: string;
let daemon: ChildProcess;
let docker: Docker;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-daemon-"));
  await writeFile(join(folder, "daemon.json"), "{}");
  const socket = join(folder, "docker.sock");
  const options = {
    "data-root": join(folder, "data"),
    "exec-root": join(folder, "exec"),
    pidfile: join(folder, "pid"),
    "config-file": join(folder, "daemon.json"),
    host: `unix://${socket}`,
    bridge: "none",
    iptables: "false",
    "ip-masq": "false",
    "cgroup-parent": `/${parent}`,
  };
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  daemon = spawn("dockerd", args, { stdio: "ignore" });
  docker = new Docker({ socketPath: socket });
  await until(() => docker.ping());
  const image = await docker.importImage(await tinyRoot(["/bin/sleep", "/bin/cat"]), { repo: "tiny", tag: "1" });
  await new Promise((resolve) => image.on("end", resolve).resume());
});
afterAll(async () => {
  daemon.kill("SIGTERM");
  if (daemon.exitCode === null) await once(daemon, "exit");
  await rm(folder, { recursive: true, force: true });
  for (const hierarchy of ["", ...(await readdir(root))]) {
    for (const group of [`${parent}/buildkit`, parent]) await rmdir(join(root, hierarchy, group)).catch(() => {});
  }
});

async function until(isSo: () => Promise<unknown>): Promise<void> {
  for (;;) {
    if (daemon.exitCode !== null) throw new Error(`dockerd ended with ${daemon.exitCode}`);
    if (await isSo().catch(() => null)) return;
    await delay(50);
  }
}

/** Builds one step without a network; what the daemon says went wrong, or null. */
async function build(command: string): Promise<string | null> {
  const answer = await docker.buildImage(contextOf({ Dockerfile: `FROM tiny:1\nRUN ${command}\n` }), {
    version: "2",
    networkmode: "none",
    nocache: true,
    t: "made",
  });
  let text = "";
  for await (const chunk of answer) text += chunk;
  return /"error":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? null;
}

test("builds that eat memory or processes are stopped at the limits, and run again without them", async () => {
  const engine = createDockerEngine({ instance: "test0000" as InstanceId, socket: `unix://${folder}/docker.sock` });
  const builds = createBuildLimiter({
    machine: engine.machine,
    plan: (machine) => planBuildLimits(limits, machine, parent),
  });
  // What sh holds doubles each time: 32 MB, 64 MB, 128 MB …, with a copy while it does. Never more than some 600 MB.
  const eatMemory =
    "a=aaaaaaaaaaaaaaaa; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do a=$a$a; done";
  // 60 processes, for a second.
  const sixty = Array.from({ length: 60 }, (_, i) => i).join(" ");
  const fork = `for i in ${sixty}; do sleep 1 & done; wait`;

  expect(await build(fork)).toBeNull();
  expect(await builds.apply(never)).toEqual({ type: "held", limits });
  expect(await build("echo a small build && sleep 0.1")).toBeNull();

  expect(await build(eatMemory)).toMatch(/exit code: 137/);
  expect(await build(fork)).toMatch(/exit code: 2/);

  await builds.remove(never);
  expect(await build(fork)).toBeNull();
});
