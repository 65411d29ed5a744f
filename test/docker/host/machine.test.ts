import { expect, test } from "vitest";
import type { Daemon } from "../../../server/docker/host/daemon.ts";
import { readMachine } from "../../../server/docker/host/version.ts";

/** Reads what a daemon says about its host; the rest of its answer is left out. */
function machineOf(info: object) {
  const answer = { NCPU: 2, MemTotal: 4 * 1024 ** 3, CgroupDriver: "systemd", CgroupVersion: "2", ...info };
  const daemon = { ask: async () => answer } as unknown as Daemon;
  return readMachine(daemon, new AbortController().signal);
}

test("the machine has its processors, its memory and its control groups", async () => {
  expect(await machineOf({})).toMatchObject({
    ...{ cpus: 2, memoryBytes: 4 * 1024 ** 3, cgroups: { driver: "systemd", version: 2 } },
  });
  expect(await machineOf({ NCPU: 0, MemTotal: 0, CgroupDriver: "none" })).toMatchObject({
    ...{ cpus: Number.POSITIVE_INFINITY, memoryBytes: Number.POSITIVE_INFINITY, cgroups: null },
  });
});

// The answers of Docker 20.10, of 28.5 with containerd's store, and of a daemon that reports nothing.
test.each([
  ["overlay2", [["Backing Filesystem", "extfs"]], "graph driver overlay2"],
  ["overlayfs", [["driver-type", "io.containerd.snapshotter.v1"]], "containerd, overlayfs"],
  [undefined, null, "graph driver unknown"],
])("a store of images that is called %s, with %j, is %s", async (Driver, DriverStatus, imageStore) => {
  expect(await machineOf({ Driver, DriverStatus })).toMatchObject({ imageStore });
});

test("a daemon is rootless when it says so among its security options", async () => {
  expect((await machineOf({ SecurityOptions: ["name=seccomp,profile=builtin", "name=rootless"] })).rootless).toBe(true);
  expect((await machineOf({ SecurityOptions: ["name=seccomp,profile=rootless"] })).rootless).toBe(false);
  expect((await machineOf({ SecurityOptions: null })).rootless).toBe(false);
});

test("a daemon says which limits its kernel does not hold containers to", async () => {
  expect((await machineOf({ MemoryLimit: true, PidsLimit: true, CpuCfsQuota: true })).cannotLimit).toEqual([]);
  expect((await machineOf({ MemoryLimit: false, PidsLimit: false, CpuCfsQuota: false })).cannotLimit).toEqual([
    ...["memory", "processes", "processors"],
  ]);
  expect((await machineOf({})).cannotLimit).toEqual([]);
});

test("a daemon says where it keeps its data, and whether containers outlive it, or nothing of it", async () => {
  expect(await machineOf({ DockerRootDir: "/srv/docker", LiveRestoreEnabled: false })).toMatchObject({
    ...{ dataFolder: "/srv/docker", liveRestore: "off" },
  });
  expect(await machineOf({ LiveRestoreEnabled: true })).toMatchObject({ liveRestore: "on" });
  const inSwarm = { LiveRestoreEnabled: false, Swarm: { LocalNodeState: "active" } };
  expect(await machineOf(inSwarm)).toMatchObject({ liveRestore: "swarm" });
  expect(Object.keys(await machineOf({}))).not.toEqual(expect.arrayContaining(["dataFolder"]));
});
