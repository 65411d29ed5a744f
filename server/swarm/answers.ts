import type { ClusterState } from "../model/machine.ts";
import type { MachineId } from "../model/names/ids.ts";
import type { ClusterMachine, MachineTask } from "../ports/machines.ts";

/** The part of `GET /info` about Swarm. */
export interface SwarmInfo {
  readonly LocalNodeState: string;
  readonly ControlAvailable: boolean;
  readonly NodeID: string;
  readonly NodeAddr: string;
  readonly Error: string;
  /** Only managers say it. */
  readonly Cluster?: {
    readonly Spec: { readonly Labels?: Readonly<Record<string, string>> | null };
    readonly DefaultAddrPool?: readonly string[] | null;
  } | null;
}

export interface SwarmNode {
  readonly ID: string;
  readonly Version: { readonly Index: number };
  readonly UpdatedAt: string;
  readonly Spec: {
    readonly Labels?: Readonly<Record<string, string>> | null;
    readonly Role: ClusterMachine["role"];
    readonly Availability: ClusterMachine["availability"];
  };
  /** Empty until the machine has said what it is. */
  readonly Description: {
    readonly Hostname?: string;
    readonly Platform?: { readonly Architecture?: string };
    readonly Resources?: { readonly NanoCPUs?: number; readonly MemoryBytes?: number };
    readonly Engine?: { readonly EngineVersion?: string };
  };
  readonly Status: { readonly State: ClusterMachine["status"]; readonly Addr?: string };
  readonly ManagerStatus?: { readonly Addr?: string };
}

export interface SwarmTask {
  readonly NodeID?: string;
  readonly ServiceID: string;
  readonly DesiredState: string;
  readonly Status: { readonly State: string };
}

export interface SwarmService {
  readonly ID: string;
  readonly Spec: { readonly Name: string };
}

/** On the cluster itself: the Baton that began it. */
export const instanceLabel = "baton.instance";

export function clusterState(info: SwarmInfo, instance: string): ClusterState {
  switch (info.LocalNodeState) {
    case "inactive":
    case "":
      return { type: "none" };
    case "active":
      break;
    case "pending":
      return { type: "broken", why: "Docker is still joining the cluster" };
    case "locked":
      return { type: "broken", why: "the cluster is locked; docker swarm unlock opens it" };
    default:
      return { type: "broken", why: info.Error || `Docker says that its state is "${info.LocalNodeState}"` };
  }
  if (!info.ControlAvailable) return { type: "foreign" };
  // Without a majority of its managers it cannot say what its cluster is.
  if (!info.Cluster) return { type: "broken", why: info.Error || "Docker does not say which cluster it manages" };
  if (info.Cluster.Spec.Labels?.[instanceLabel] !== instance) return { type: "foreign" };
  return {
    type: "managed",
    address: info.NodeAddr,
    self: info.NodeID as MachineId,
    pools: info.Cluster.DefaultAddrPool ?? [],
  };
}

export function clusterMachine(node: SwarmNode, tasks: readonly MachineTask[]): ClusterMachine {
  const { Spec, Description, Status, ManagerStatus } = node;
  return {
    id: node.ID as MachineId,
    name: Description.Hostname ?? node.ID,
    // The first manager's own may be said as 0.0.0.0.
    address: ManagerStatus?.Addr?.replace(/:\d+$/, "") ?? Status.Addr ?? "",
    role: Spec.Role,
    architecture: Description.Platform?.Architecture ?? "",
    dockerVersion: Description.Engine?.EngineVersion ?? "",
    cpus: (Description.Resources?.NanoCPUs ?? 0) / 1e9,
    memoryBytes: Description.Resources?.MemoryBytes ?? 0,
    availability: Spec.Availability,
    status: Status.State,
    changedAt: new Date(node.UpdatedAt),
    labels: Spec.Labels ?? {},
    tasks,
  };
}

/** The states of a task that has been given to a machine and has not ended there. */
const goingOn = ["assigned", "accepted", "preparing", "ready", "starting", "running"];

/** What runs on a machine, or is to run there. */
export function tasksOn(
  node: string,
  tasks: readonly SwarmTask[],
  services: readonly SwarmService[],
): readonly MachineTask[] {
  const names = new Map(services.map(({ ID, Spec }) => [ID, Spec.Name]));
  return tasks
    .filter(({ NodeID, Status }) => NodeID === node && goingOn.includes(Status.State))
    .map(({ ServiceID, Status }) => ({
      service: names.get(ServiceID) ?? ServiceID,
      isRunning: Status.State === "running",
    }))
    .sort((one, other) => one.service.localeCompare(other.service));
}
