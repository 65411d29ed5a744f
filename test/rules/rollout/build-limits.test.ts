import { describe, expect, test } from "vitest";
import type { EngineMachine } from "../../../server/ports/engine/engine.ts";
import { planBuildLimits } from "../../../server/rules/rollout/build-limits.ts";

const gibibyte = 1024 ** 3;
const wanted = { memoryBytes: "auto", processes: 4096 } as const;

function machine(cgroups: EngineMachine["cgroups"], memoryBytes = 8 * gibibyte): EngineMachine {
  return {
    cpus: 2,
    memoryBytes,
    cgroups,
    imageStore: "graph driver overlay2",
    rootless: false,
    cannotLimit: [],
    operatingSystem: "Debian GNU/Linux 12 (bookworm)",
    firewallBackend: null,
  };
}

describe("what builds may take together", () => {
  test("is three quarters of the memory, in whole pages, unless a size is given", () => {
    const limitsOf = (memoryBytes: number | "auto" | null, total?: number) =>
      planBuildLimits({ ...wanted, memoryBytes }, machine({ driver: "cgroupfs", version: 1 }, total));
    expect(limitsOf("auto")).toMatchObject({ limits: { memoryBytes: 6 * gibibyte, processes: 4096 } });
    expect(limitsOf("auto", 999_999_999)).toMatchObject({ limits: { memoryBytes: 749_993_984 } });
    expect(limitsOf(gibibyte)).toMatchObject({ limits: { memoryBytes: gibibyte } });
    expect(limitsOf(null)).toMatchObject({ limits: { memoryBytes: null } });
    expect(limitsOf("auto", Number.POSITIVE_INFINITY)).toMatchObject({ limits: { memoryBytes: null } });
  });

  test("is written where BuildKit's steps run, with one hierarchy for each resource in version 1", () => {
    expect(planBuildLimits(wanted, machine({ driver: "cgroupfs", version: 1 }))).toMatchObject({
      settings: [
        { folder: "memory/docker/buildkit", file: "memory.limit_in_bytes", limit: 6 * gibibyte, unlimited: "-1" },
        { folder: "pids/docker/buildkit", file: "pids.max", limit: 4096, unlimited: "max" },
      ],
      handDown: { files: [] },
    });
  });

  test("is written to one folder in version 2, after its parents have handed the controllers down", () => {
    expect(planBuildLimits(wanted, machine({ driver: "cgroupfs", version: 2 }))).toMatchObject({
      settings: [
        { folder: "docker/buildkit", file: "memory.max", limit: 6 * gibibyte, unlimited: "max" },
        { folder: "docker/buildkit", file: "pids.max", limit: 4096, unlimited: "max" },
      ],
      handDown: { files: ["cgroup.subtree_control", "docker/cgroup.subtree_control"], text: "+memory +pids" },
    });
  });

  test("is what each step may take where systemd is the driver, since the steps have no group in common", () => {
    const plan = planBuildLimits(wanted, machine({ driver: "systemd", version: 2 }));
    if (typeof plan === "string") throw new Error(plan);
    expect(plan.settings).toEqual([]);
    expect(plan.steps?.folder).toBe("system.slice");
    expect(plan.steps?.files.map(({ file }) => file)).toEqual(["memory.max", "pids.max"]);
    expect("system.slice:docker:jvifp9a6b1lxa1kuw8bwfcovf").toMatch(plan.steps?.name ?? /^$/);
    expect("docker-89eae77df5fb.scope").not.toMatch(plan.steps?.name ?? /^/);
  });

  test.each([
    [{ driver: "systemd", version: 1 }, /^Docker's cgroup driver is systemd with version 1 of control groups$/],
    [{ driver: "other", version: 2 }, /^Baton does not know Docker's cgroup driver \(other\)$/],
    [null, /^Docker runs without control groups$/],
  ] as const)("cannot be limited with %j, and it says why", (cgroups, why) => {
    expect(planBuildLimits(wanted, machine(cgroups))).toMatch(why);
  });

  test("cannot be limited where Docker runs without root's rights, and it says so", () => {
    const rootless = { ...machine({ driver: "systemd", version: 2 }), rootless: true };
    expect(planBuildLimits(wanted, rootless)).toBe("Docker runs rootless, where builds have no group that Baton knows");
  });
});
