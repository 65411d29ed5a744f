import type { EngineMachine } from "../../ports/engine/engine.ts";
import type { BuildLimits } from "../../ports/host/build-limiter.ts";

export interface WantedBuildLimits {
  /** `auto` is a share of the host's memory. */
  readonly memoryBytes: number | "auto" | null;
  readonly processes: number | null;
}

/** Apps, the database and the system keep the rest. */
const memoryShare = 0.75;
/** The kernel counts whole pages. This is a multiple of every page size. */
const memoryStep = 64 * 1024;

/**
 * With the systemd driver, Docker hands BuildKit a path in systemd's notation, which BuildKit's runc uses literally: a
 * group of this name beside the group of Docker's service.
 */
const stepOfSystemd = /^[^/]+\.slice:docker:\w+$/;

/** One file of a control group. */
export interface CgroupFile {
  readonly file: string;
  /** Null means no limit. */
  readonly limit: number | null;
  /** What the file contains, and accepts, for "no limit". */
  readonly unlimited: string;
}

/**
 * A setting of a control group whose name is known beforehand. Paths are relative to the folder where control groups
 * are mounted.
 */
export interface CgroupSetting extends CgroupFile {
  readonly folder: string;
}

export interface CgroupPlan {
  readonly limits: BuildLimits;
  readonly settings: readonly CgroupSetting[];
  /**
   * In version 2, a group can only use controllers that its parents delegate. These files get `handDown`, from the top.
   */
  readonly handDown: { readonly files: readonly string[]; readonly text: string };
  /** Groups that exist for one build step each, as direct children of a folder. */
  readonly steps: { readonly folder: string; readonly name: RegExp; readonly files: readonly CgroupFile[] } | null;
}

/**
 * Where BuildKit's steps run, and what to write there. `parent` is the engine's cgroup-parent, which its API does not
 * tell. A string is a clause that says why builds cannot be limited.
 */
export function planBuildLimits(
  wanted: WantedBuildLimits,
  { memoryBytes: total, cgroups, rootless }: EngineMachine,
  parent = "docker",
): CgroupPlan | string {
  if (rootless) return "Docker runs rootless, where builds have no group that Baton knows";
  if (cgroups === null) return "Docker runs without control groups";
  if (cgroups.driver !== "cgroupfs" && cgroups.driver !== "systemd") {
    return `Baton does not know Docker's cgroup driver (${cgroups.driver})`;
  }
  const limits = { memoryBytes: memoryOf(wanted.memoryBytes, total), processes: wanted.processes };
  const [memory, pids] = [limits.memoryBytes, limits.processes];
  const none = { settings: [], handDown: { files: [], text: "" }, steps: null };
  const files = [
    { file: "memory.max", limit: memory, unlimited: "max" },
    { file: "pids.max", limit: pids, unlimited: "max" },
  ];
  if (cgroups.driver === "systemd") {
    if (cgroups.version === 1) return "Docker's cgroup driver is systemd with version 1 of control groups";
    return { ...none, limits, steps: { folder: "system.slice", name: stepOfSystemd, files } };
  }
  if (cgroups.version === 1) {
    return {
      ...none,
      limits,
      settings: [
        { folder: `memory/${parent}/buildkit`, file: "memory.limit_in_bytes", limit: memory, unlimited: "-1" },
        { folder: `pids/${parent}/buildkit`, file: "pids.max", limit: pids, unlimited: "max" },
      ],
    };
  }
  const folder = `${parent}/buildkit`;
  return {
    ...none,
    limits,
    settings: files.map((file) => ({ folder, ...file })),
    handDown: { files: ["cgroup.subtree_control", `${parent}/cgroup.subtree_control`], text: "+memory +pids" },
  };
}

function memoryOf(wanted: WantedBuildLimits["memoryBytes"], total: number): number | null {
  if (wanted === null) return null;
  const bytes = wanted === "auto" ? total * memoryShare : wanted;
  return Number.isFinite(bytes) ? Math.floor(bytes / memoryStep) * memoryStep : null;
}
