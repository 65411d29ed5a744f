import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createBuildLimiter } from "../../../server/cgroups/build-limiter.ts";
import { planBuildLimits } from "../../../server/rules/rollout/build-limits.ts";
import { createFakeBuildLimiter, createFakeFirewall } from "../../fakes/host/fake-host.ts";
import { type GuardedHost, hostGuardContract } from "./host-guard.ts";

hostGuardContract(
  "the fake firewall",
  async () => createFakeFirewall(),
  async () => createFakeFirewall("iptables is not installed").guard,
);

hostGuardContract(
  "the fake build limiter",
  async () => createFakeBuildLimiter(),
  async () => createFakeBuildLimiter("Baton does not run as root").guard,
);

const wanted = { memoryBytes: 128 * 1024 ** 2, processes: 64 };

function limiterOn(root: string) {
  const machine = async () => ({
    cpus: 2,
    memoryBytes: 1024 ** 3,
    cgroups: { driver: "cgroupfs", version: 2 as const },
    imageStore: "graph driver overlay2",
    rootless: false,
    cannotLimit: [],
    operatingSystem: "Debian GNU/Linux 12 (bookworm)",
    firewallBackend: null,
  });
  return createBuildLimiter({ machine, plan: (facts) => planBuildLimits(wanted, facts), root });
}

/** Control groups as plain files. The kernel's own files are in every group from the beginning. */
async function controlGroups(): Promise<GuardedHost> {
  const root = await mkdtemp(join(tmpdir(), "baton-cgroups-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const group = join(root, "docker/buildkit");
  const clear = async () => {
    await mkdir(group, { recursive: true });
    for (const file of ["memory.max", "pids.max"]) await writeFile(join(group, file), "max\n");
  };
  await clear();
  const isInPlace = async () => (await readFile(join(group, "pids.max"), "utf8")).trim() === "64";
  return { guard: limiterOn(root), clear, isInPlace };
}

hostGuardContract("the build limiter", controlGroups, async () => limiterOn("/nowhere/at/all"));
