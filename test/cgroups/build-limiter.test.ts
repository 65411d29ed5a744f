import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createBuildLimiter } from "../../server/cgroups/build-limiter.ts";
import { planBuildLimits, type WantedBuildLimits } from "../../server/rules/rollout/build-limits.ts";

// The kernel puts these files into every control group; here the test does.

const never = new AbortController().signal;
const wanted: WantedBuildLimits = { memoryBytes: 128 * 1024 ** 2, processes: 64 };

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "baton-cgroups-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

function limiter(limits = wanted, version: 1 | 2 = 2, driver = "cgroupfs") {
  const cgroups = { driver, version };
  const machine = async () => ({
    cpus: 2,
    memoryBytes: 1024 ** 3,
    cgroups,
    imageStore: "graph driver overlay2",
    rootless: false,
    cannotLimit: [],
    operatingSystem: "Debian GNU/Linux 12 (bookworm)",
    firewallBackend: null,
  });
  return createBuildLimiter({ machine, plan: (facts) => planBuildLimits(limits, facts), root });
}

async function group(path: string, files: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(join(root, path), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, path, name), text);
}

const textOf = (path: string) => readFile(join(root, path), "utf8");

test("the limits are set, put back when others have changed them, and lifted at the end", async () => {
  await group("docker/buildkit", { "memory.max": "max\n", "pids.max": "max\n" });
  const builds = limiter();
  const held = { type: "held", limits: wanted, each: "all" };
  expect(builds.state()).toBeNull();
  expect(await builds.apply(never)).toEqual(held);
  expect(builds.state()).toEqual(held);
  expect(await textOf("docker/buildkit/memory.max")).toContain("134217728");
  expect(await textOf("docker/cgroup.subtree_control")).toBe("+memory +pids");
  await group("docker/buildkit", { "pids.max": "max\n" });
  await builds.apply(never);
  expect(await textOf("docker/buildkit/pids.max")).toContain("64");
  await builds.remove(never);
  expect(await textOf("docker/buildkit/memory.max")).toMatch(/^max/);
  expect(await textOf("docker/buildkit/pids.max")).toMatch(/^max/);
});

test("one who wants no limits lifts those of an earlier start, once, and leaves alone what another Baton sets then", async () => {
  await group("memory/docker/buildkit", { "memory.limit_in_bytes": "134217728\n" });
  await group("pids/docker/buildkit", { "pids.max": "64\n" });
  const builds = limiter({ memoryBytes: null, processes: null }, 1);
  expect(await builds.apply(never)).toEqual({ type: "off" });
  expect(await textOf("memory/docker/buildkit/memory.limit_in_bytes")).toMatch(/^-1/);
  await group("pids/docker/buildkit", { "pids.max": "99\n" });
  await builds.apply(never);
  expect(await textOf("pids/docker/buildkit/pids.max")).toBe("99\n");
});

test("limits that cannot be set are said to be missing, and why", async () => {
  const missing = { type: "missing", why: "this kernel has no control groups for memory and processes" };
  expect(await limiter().apply(never)).toEqual(missing);
  expect(await limiter(wanted, 2, "systemd").apply(never)).toEqual(missing);
  const away = createBuildLimiter({
    machine: () => Promise.reject(new Error("Docker cannot be reached")),
    plan: () => "never asked",
    root,
  });
  expect(await away.apply(never)).toEqual({ type: "missing", why: "Docker cannot be reached" });
});

test("where builds have nothing in common, each step is limited as it comes, and nothing else", async () => {
  const step = (name: string) => `system.slice/system.slice:docker:${name}`;
  const unlimited = { "memory.max": "max\n", "pids.max": "max\n" };
  await group(step("early"), unlimited);
  await group("system.slice/ssh.service", unlimited);
  const builds = limiter(wanted, 2, "systemd");
  expect(await builds.apply(never)).toEqual({ type: "held", limits: wanted, each: "step" });
  expect(await textOf(`${step("early")}/pids.max`)).toBe("64\n\n");
  // The group appears at once with all of its files, as the kernel does it.
  await group("made", unlimited);
  await rename(join(root, "made"), join(root, step("late")));
  await expect.poll(() => textOf(`${step("late")}/memory.max`)).toContain("134217728");
  expect(await textOf("system.slice/ssh.service/pids.max")).toBe("max\n");
  await builds.remove(never);
  await group("made", unlimited);
  await rename(join(root, "made"), join(root, step("later")));
  await builds.apply(never);
  expect(await textOf(`${step("later")}/pids.max`)).toContain("64");
  await builds.remove(never);
});
