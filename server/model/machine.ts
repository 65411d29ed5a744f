import type { MachineId, MachineInvitationId } from "./names/ids.ts";

/** `drain` runs nothing of the cluster; what ran there was started elsewhere. */
export type Availability = "active" | "drain";

/**
 * ready: it takes services. draining: it should run none, but some have not ended yet. drained: it runs none. lost: the
 * manager does not hear from it; what runs there may go on running. unknown: the manager has just started.
 */
export const machineStates = ["ready", "draining", "drained", "lost", "unknown"] as const;
export type MachineState = (typeof machineStates)[number];

/** What Baton remembers of a machine, beside what Swarm says of it. */
export interface MachineRecord {
  readonly id: MachineId;
  readonly name: string;
  readonly state: MachineState;
  /** When it came into that state. */
  readonly since: Date;
  /** What it said of itself when it joined. Null for the server, and for machines that joined without Baton's script. */
  readonly facts: MachineFacts | null;
}

/** What a machine says of itself before it joins. */
export interface MachineFacts {
  readonly name: string;
  /** As `uname -m` says it: x86_64, aarch64. */
  readonly architecture: string;
  readonly dockerVersion: string;
  /** Of the disk that Docker keeps its images and volumes on. */
  readonly diskBytes: number;
  readonly freeDiskBytes: number;
  /** Its own address on the way to the server. */
  readonly address: string;
  /** Whether its kernel can encrypt overlay networks. Null where that could not be tried. */
  readonly canEncrypt: boolean | null;
}

/** One line of what Baton thinks of a machine that wants to join. */
export interface JoinFinding {
  /** `refused` keeps it from joining. */
  readonly level: "refused" | "warning";
  /** One sentence that says what is wrong and what to do. */
  readonly text: string;
}

/** A command that lets one machine join. */
export interface MachineInvitation {
  readonly id: MachineInvitationId;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
  /** What became of the last try. */
  readonly lastTry: JoinTry | null;
}

export interface JoinTry {
  readonly at: Date;
  /** The name of the machine that tried. */
  readonly name: string;
  readonly findings: readonly JoinFinding[];
}

/** Whether this server has a cluster. */
export type ClusterState =
  /** This server's engine is in no cluster. */
  | { readonly type: "none" }
  | {
      readonly type: "managed";
      /** This server's address in the cluster, which the others reach it at. */
      readonly address: string;
      readonly self: MachineId;
      /** CIDRs that overlay networks are cut from. */
      readonly pools: readonly string[];
    }
  /** This server's engine is in a cluster that this Baton did not begin. */
  | { readonly type: "foreign" }
  /** The engine is in a cluster but cannot work with it; its own words. */
  | { readonly type: "broken"; readonly why: string };
