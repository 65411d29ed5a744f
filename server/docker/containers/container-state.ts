import type Docker from "dockerode";
import { type HostAddress, hostAddress } from "../../model/names/host-address.ts";
import type { ContainerId, InstanceId } from "../../model/names/ids.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import { isOf, serviceOf } from "../host/labels.ts";

/** A field that the package's types lack. */
interface StopTimeout {
  readonly StopTimeout?: number;
}
const dockerStopTimeoutS = 10;

/** Reads the state of a container from its inspection; null for a container that this Baton did not create. Pure. */
export function containerState(container: Docker.ContainerInspectInfo, instance: InstanceId): ContainerState | null {
  const identity = serviceOf(container.Config.Labels);
  if (identity === null || !isOf(instance, container.Config.Labels)) return null;
  const { State: state, HostConfig: host } = container;
  return {
    id: container.Id as ContainerId,
    name: container.Name.replace(/^\//, ""),
    ...identity,
    status: state.Status as ContainerState["status"],
    exitCode: state.ExitCode,
    outOfMemory: state.OOMKilled,
    restartCount: container.RestartCount,
    deaths: [],
    error: state.Error,
    startedAt: dateOf(state.StartedAt),
    hostAddress: hostAddressOf(host.PortBindings),
    ownAddress: ownAddressOf(container),
    memoryLimitBytes: host.Memory || null,
    stopGraceMs: ((container.Config as StopTimeout).StopTimeout ?? dockerStopTimeoutS) * 1000,
    keepsData: (host.Mounts ?? []).some(({ Type, Source, ReadOnly }) => Type === "volume" && Source && !ReadOnly),
    ownVolumes: ownVolumesOf(container),
    healthcheck: healthOf(state.Health?.Status),
    healthcheckOutput: lastFailure(state.Health?.Log),
  };
}

/** The volumes that were not requested by name. */
function ownVolumesOf({ Mounts: mounts, HostConfig: host }: Docker.ContainerInspectInfo): readonly string[] {
  const named = new Set(
    (host.Mounts ?? []).flatMap(({ Type, Source }) => (Type === "volume" && Source ? [Source] : [])),
  );
  return mounts.flatMap(({ Type, Name, Destination }) =>
    Type === "volume" && Name !== undefined && !named.has(Name) ? [Destination] : [],
  );
}

/** Docker writes the year 1 for "never". */
function dateOf(text: string): Date | null {
  return text.startsWith("0001-") ? null : new Date(text);
}

interface Binding {
  readonly HostIp?: string;
  readonly HostPort: string;
}

/** The address that was requested, not the one that is bound now: a stopped container keeps its port. */
function hostAddressOf(bindings: Record<string, Binding[] | null> | null | undefined): HostAddress | null {
  const [binding] = Object.values(bindings ?? {}).flatMap((list) => list ?? []);
  return binding ? hostAddress(binding.HostIp || "127.0.0.1", Number(binding.HostPort)) : null;
}

/** On whichever of its networks, since all of them are bridges of the host. */
function ownAddressOf({ HostConfig: host, NetworkSettings: net }: Docker.ContainerInspectInfo): HostAddress | null {
  const [port] = Object.keys(host.PortBindings ?? {});
  const address = Object.values(net.Networks ?? {}).find(({ IPAddress }) => IPAddress)?.IPAddress;
  return port && address ? hostAddress(address, Number.parseInt(port, 10)) : null;
}

/**
 * The address at which a running container was to be published, when the engine has published it nowhere. Null for one
 * that is connected to no network. Pure.
 */
export function unpublishedAddress(container: Docker.ContainerInspectInfo): HostAddress | null {
  const { State: state, HostConfig: host, NetworkSettings: net } = container;
  const isConnected = Object.values(net.Networks ?? {}).some(({ IPAddress }) => IPAddress);
  if (!state.Running || state.Restarting || !isConnected) return null;
  const wanted: Record<string, Binding[] | null> = host.PortBindings ?? {};
  const isMissing = Object.entries(wanted).some(([port, bindings]) => bindings?.length && !net.Ports?.[port]?.length);
  return isMissing ? hostAddressOf(wanted) : null;
}

/** Docker keeps the last five runs of a health check, newest last, with up to 4 KB of output each. */
function lastFailure(runs: readonly { readonly ExitCode: number; readonly Output: string }[] | null | undefined) {
  return (runs ?? []).findLast(({ ExitCode }) => ExitCode !== 0)?.Output.trim() ?? "";
}

function healthOf(status: string | undefined): ContainerState["healthcheck"] {
  return status === "starting" || status === "healthy" || status === "unhealthy" ? status : null;
}
