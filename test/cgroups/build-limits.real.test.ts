import { readdir, readFile, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { createBuildLimiter } from "../../server/cgroups/build-limiter.ts";
import { createDockerEngine } from "../../server/docker/docker-engine.ts";
import type { InstanceId } from "../../server/model/names/ids.ts";
import type { EngineMachine } from "../../server/ports/engine/engine.ts";
import { planBuildLimits } from "../../server/rules/rollout/build-limits.ts";
import { startOwnDaemon } from "./own-daemon.ts";

const megabyte = 1024 ** 2;
const limits = { memoryBytes: 96 * megabyte, processes: 48 };
const root = "/sys/fs/cgroup";
const never = new AbortController().signal;

/** The variable in sh doubles each time and is copied meanwhile, which takes about 600 MB at most. */
const eatMemory = `a=aaaaaaaaaaaaaaaa; for i in ${numbers(24)}; do a=$a$a; done`;
/** Starts 60 processes that run for a second. */
const fork = `for i in ${numbers(60)}; do sleep 1 & done; wait`;

function numbers(count: number): string {
  return Array.from({ length: count }, (_, index) => index).join(" ");
}

test("builds that eat memory or processes are stopped at the limits, and run again without them", async () => {
  const parent = `baton-test-${process.pid}`;
  const daemon = await startOwnDaemon(`/${parent}`);
  try {
    const engine = createDockerEngine({ instance: "test0000" as InstanceId, socket: `unix://${daemon.socket}` });
    const builds = createBuildLimiter({
      machine: engine.machine,
      plan: (machine) => planBuildLimits(limits, machine, parent),
    });
    expect(await daemon.build(fork)).toBeNull();
    expect(await builds.apply(never)).toEqual({ type: "held", limits, each: "all" });
    expect(await daemon.build("echo a small build && sleep 0.1")).toBeNull();

    expect(await daemon.build(eatMemory)).toMatch(/exit code: 137/);
    expect(await daemon.build(fork)).toMatch(/exit code: 2/);

    await builds.remove(never);
    expect(await daemon.build(fork)).toBeNull();
  } finally {
    await daemon[Symbol.asyncDispose]();
    for (const hierarchy of ["", ...(await readdir(root))]) {
      for (const group of [`${parent}/buildkit`, parent]) await rmdir(join(root, hierarchy, group)).catch(() => {});
    }
  }
});

test("steps whose groups are named as with systemd are limited one by one", async () => {
  // There is no systemd here. A parent in systemd's notation makes BuildKit name its groups as it does under systemd.
  const daemon = await startOwnDaemon(`baton-test-${process.pid}.slice:docker:`);
  try {
    const systemd: EngineMachine = {
      ...{
        cpus: 2,
        memoryBytes: 1,
        imageStore: "graph driver overlay2",
        rootless: false,
        cannotLimit: [],
        operatingSystem: "Debian GNU/Linux 12 (bookworm)",
        firewallBackend: null,
      },
      cgroups: { driver: "systemd", version: 2 },
    };
    const plan = planBuildLimits(limits, systemd);
    if (typeof plan === "string" || plan.steps === null) throw new Error("no plan");
    const files = plan.steps.files.filter(({ file }) => file === "pids.max");
    const here = { ...plan, steps: { ...plan.steps, files, folder: await folderOfSteps() } };
    const builds = createBuildLimiter({ machine: async () => systemd, plan: () => here });
    // Like most programs, this one runs for a moment before it forks.
    const late = `sleep 0.2; ${fork}`;
    expect(await daemon.build(late)).toBeNull();
    expect(await builds.apply(never)).toEqual({ type: "held", limits, each: "step" });
    expect(await daemon.build(late)).toMatch(/exit code: 2/);
    await builds.remove(never);
    expect(await daemon.build(late)).toBeNull();
  } finally {
    await daemon[Symbol.asyncDispose]();
  }
});

/** With cgroups v1, runc puts such a group below its own group; with v2, beside it. */
async function folderOfSteps(): Promise<string> {
  const groups = await readFile("/proc/self/cgroup", "utf8");
  const pids = /^\d+:pids:(.*)$/m.exec(groups)?.[1];
  return pids !== undefined ? join("pids", pids) : dirname(/^0::(.*)$/m.exec(groups)?.[1] ?? "/");
}
