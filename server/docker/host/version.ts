import type { EngineInfo, EngineMachine } from "../../ports/engine/engine.ts";
import { isAtLeast } from "./api-version.ts";
import type { Daemon } from "./daemon.ts";
import type { Greeting } from "./versioned-api.ts";

/** The question what the daemon is also tells whether it answers, so it must not take long. */
const infoLimitMs = 5_000;

interface MachineAnswer {
  readonly DockerRootDir?: string;
  readonly LiveRestoreEnabled?: boolean;
  readonly Swarm?: { readonly LocalNodeState?: string };
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly CgroupDriver?: string;
  readonly CgroupVersion?: string;
  /** The graph driver, or containerd's snapshotter. */
  readonly Driver?: string;
  /** Names with values, of which `driver-type` tells which of the two `Driver` is. */
  readonly DriverStatus?: readonly (readonly [name: string, value: string])[] | null;
  readonly SecurityOptions?: readonly string[] | null;
  readonly OperatingSystem?: string;
  /** What the kernel lets Docker limit. 20.10 leaves none of them out. */
  readonly MemoryLimit?: boolean;
  readonly PidsLimit?: boolean;
  readonly CpuCfsQuota?: boolean;
  readonly FirewallBackend?: { readonly Driver: string } | null;
}

export async function readInfo(daemon: Daemon, signal: AbortSignal): Promise<EngineInfo> {
  const answer = await daemon.greet(signal, infoLimitMs);
  return {
    version: answer.Version,
    apiVersion: answer.ApiVersion,
    minApiVersion: answer.MinAPIVersion || answer.ApiVersion,
    spokenApiVersion: answer.agreed.version,
    builder: builderOf(answer),
    packager: packagerOf(answer),
  };
}

export async function readMachine(daemon: Daemon, signal: AbortSignal): Promise<EngineMachine> {
  const path = "/info";
  const answer = await daemon.ask<MachineAnswer>({ method: "GET", path }, signal);
  // A daemon that does not know says 0.
  const known = (amount: number) => (amount > 0 ? amount : Number.POSITIVE_INFINITY);
  return {
    cpus: known(answer.NCPU),
    memoryBytes: known(answer.MemTotal),
    cgroups: cgroupsOf(answer),
    ...(answer.DockerRootDir && { dataFolder: answer.DockerRootDir }),
    ...liveRestoreOf(answer),
    imageStore: imageStoreOf(answer),
    // An option is a list of settings, such as "name=rootless" or "name=seccomp,profile=default".
    rootless: (answer.SecurityOptions ?? []).some((option) => option.split(",").includes("name=rootless")),
    cannotLimit: [
      ...(answer.MemoryLimit === false ? (["memory"] as const) : []),
      ...(answer.PidsLimit === false ? (["processes"] as const) : []),
      ...(answer.CpuCfsQuota === false ? (["processors"] as const) : []),
    ],
    operatingSystem: answer.OperatingSystem ?? "",
    firewallBackend: answer.FirewallBackend?.Driver ?? null,
  };
}

function liveRestoreOf({ LiveRestoreEnabled: isOn, Swarm: swarm }: MachineAnswer): Pick<EngineMachine, "liveRestore"> {
  if (isOn === undefined) return {};
  if (isOn) return { liveRestore: "on" };
  return { liveRestore: swarm?.LocalNodeState === "active" ? "swarm" : "off" };
}

function imageStoreOf({ Driver: driver = "unknown", DriverStatus: status }: MachineAnswer): string {
  const kind = status?.find(([name]) => name === "driver-type")?.[1] ?? "";
  return kind.startsWith("io.containerd.snapshotter") ? `containerd, ${driver}` : `graph driver ${driver}`;
}

function cgroupsOf({ CgroupDriver: driver, CgroupVersion: version }: MachineAnswer): EngineMachine["cgroups"] {
  return driver === undefined || driver === "none" ? null : { driver, version: version === "2" ? 2 : 1 };
}

/** The builder of the daemon that answered last: what it is changes only with the daemon. */
export async function readBuilder(daemon: Daemon, signal: AbortSignal): Promise<EngineInfo["builder"]> {
  return builderOf(await daemon.greeted(signal));
}

/**
 * Docker for Linux has BuildKit built in since API 1.39. The ping's `Builder-Version` names only the default builder:
 * 20.10 has both and names the classic one. Podman speaks the API but ignores which builder is requested.
 */
function builderOf(answer: Greeting): EngineInfo["builder"] {
  const podman = answer.Components?.some((component) => component.Name.startsWith("Podman")) ?? false;
  return isAtLeast(answer.ApiVersion, "1.39") && answer.Os === "linux" && !podman ? "buildkit" : "classic";
}

/** Ubuntu marks the commit ("26.1.3-0ubuntu1~24.04.1"), Debian the version ("20.10.24+dfsg1"), and Docker the platform. */
function packagerOf({ Version, GitCommit = "", Platform }: Greeting): EngineInfo["packager"] {
  if (GitCommit.includes("ubuntu")) return "ubuntu";
  if (Version.includes("+dfsg")) return "debian";
  return Platform?.Name.startsWith("Docker Engine") ? "docker" : "other";
}
