import type { EngineInfo, EngineMachine } from "../../ports/engine/engine.ts";
import type { Daemon } from "./daemon.ts";

interface VersionAnswer {
  readonly Version: string;
  readonly ApiVersion: string;
  readonly Os: string;
  readonly Components?: readonly { readonly Name: string }[];
}

interface MachineAnswer {
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly CgroupDriver?: string;
  readonly CgroupVersion?: string;
}

export async function readInfo(daemon: Daemon, signal: AbortSignal, limitMs?: number): Promise<EngineInfo> {
  const answer = await daemon.ask<VersionAnswer>({ method: "GET", path: "/version" }, signal, limitMs);
  return { version: answer.Version, apiVersion: answer.ApiVersion, builder: builderOf(answer) };
}

export async function readMachine(daemon: Daemon, signal: AbortSignal): Promise<EngineMachine> {
  const path = "/info";
  const answer = await daemon.ask<MachineAnswer>({ method: "GET", path }, signal);
  // A daemon that does not know says 0.
  const known = (amount: number) => (amount > 0 ? amount : Number.POSITIVE_INFINITY);
  return { cpus: known(answer.NCPU), memoryBytes: known(answer.MemTotal), cgroups: cgroupsOf(answer) };
}

function cgroupsOf({ CgroupDriver: driver, CgroupVersion: version }: MachineAnswer): EngineMachine["cgroups"] {
  return driver === undefined || driver === "none" ? null : { driver, version: version === "2" ? 2 : 1 };
}

/**
 * Docker for Linux has BuildKit built in since API 1.39. The ping's `Builder-Version` names only the default builder:
 * 20.10 has both and names the classic one. Podman speaks the API but ignores which builder is requested.
 */
function builderOf(answer: VersionAnswer): EngineInfo["builder"] {
  const [major = 0, minor = 0] = answer.ApiVersion.split(".").map(Number);
  const recent = major > 1 || (major === 1 && minor >= 39);
  const podman = answer.Components?.some((component) => component.Name.startsWith("Podman")) ?? false;
  return recent && answer.Os === "linux" && !podman ? "buildkit" : "classic";
}
