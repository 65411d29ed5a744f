import type { Availability, ClusterState } from "../model/machine.ts";
import type { MachineId } from "../model/names/ids.ts";

/**
 * The machines that run services together. This server manages them. All methods reject with EngineUnavailable when the
 * engine does not answer, with EngineRefused and the engine's own words when it refuses, and with the signal's reason
 * when aborted. Those other than `state` and `start` are refused unless the state is `managed`.
 */
export interface Machines {
  state(signal: AbortSignal): Promise<ClusterState>;
  /** Begins a cluster with this server as its only machine. Does nothing when this Baton has begun one already. */
  start(request: ClusterRequest, signal: AbortSignal): Promise<void>;
  /** Ends the cluster, with everything that it knows. Machines that are still in it stay behind without a manager. */
  end(signal: AbortSignal): Promise<void>;
  /** By name. */
  machines(signal: AbortSignal): Promise<readonly ClusterMachine[]>;
  /** The secret with which any number of workers can join until it is renewed. */
  joinToken(signal: AbortSignal): Promise<string>;
  /** Makes the present secret worthless. Machines that have joined stay. */
  renewJoinToken(signal: AbortSignal): Promise<void>;
  /** Labels replace the present ones. False when there is no such machine. */
  change(id: MachineId, change: MachineChange, signal: AbortSignal): Promise<boolean>;
  /**
   * Removes a machine from the cluster, lost or not: what runs there is started elsewhere. Refused for this server. False
   * when there is no such machine.
   */
  remove(id: MachineId, signal: AbortSignal): Promise<boolean>;
}

export interface ClusterRequest {
  /** An IPv4 address of this server. The cluster listens on no other. */
  readonly address: string;
  /** The CIDR that overlay networks are cut from, /24 each. */
  readonly pool: string;
}

export interface ClusterMachine {
  readonly id: MachineId;
  readonly name: string;
  readonly address: string;
  readonly role: "manager" | "worker";
  /** As `uname -m` says it: x86_64, aarch64. */
  readonly architecture: string;
  /** Docker's own version, such as 28.5.2. */
  readonly dockerVersion: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** `pause`, which only Docker's own commands set, takes nothing new and ends nothing. */
  readonly availability: Availability | "pause";
  readonly status: "ready" | "down" | "unknown" | "disconnected";
  /** When the engine last changed what it knows of the machine: its status, availability or labels. */
  readonly changedAt: Date;
  readonly labels: Readonly<Record<string, string>>;
  /** What should run there, by service. */
  readonly tasks: readonly MachineTask[];
}

export interface MachineTask {
  /** The name of the service. */
  readonly service: string;
  /** Whether it has started. */
  readonly isRunning: boolean;
}

export interface MachineChange {
  readonly availability?: Availability;
  readonly labels?: Readonly<Record<string, string>>;
}
