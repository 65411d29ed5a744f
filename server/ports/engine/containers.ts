import type { ResourceLimits } from "../../model/deployment/resource-limits.ts";
import type { ContainerOptions, ServiceKind } from "../../model/deployment/spec.ts";
import type { HostAddress } from "../../model/names/host-address.ts";
import type { ContainerId, DeploymentId, ImageId, InstallationId } from "../../model/names/ids.ts";
import type { Owner } from "./owner.ts";

/** In place of a network's name: the container has no network at all. */
export const noNetwork = "none";

export interface ContainerRequest {
  readonly name: string;
  readonly owner: Owner;
  readonly service: string;
  /** Its number among the replicas of its service, from 1; absent means 1. */
  readonly replica?: number;
  readonly kind: ServiceKind;
  readonly image: ImageId;
  readonly command: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  /**
   * The network it is created on, which publishes its port. It is known there by its service's name and
   * `options.aliases`.
   */
  readonly network: string;
  /**
   * Whether other versions of it are on that network. It then has no name there, and its names mean itself inside the
   * container.
   */
  readonly sharesNetwork: boolean;
  /** Published on loopback only. */
  readonly publish: { readonly containerPort: number; readonly hostAddress: HostAddress } | null;
  readonly limits: ResourceLimits;
  readonly stopGraceMs: number;
  readonly options: Omit<ContainerOptions, "mounts">;
  readonly mounts: readonly ContainerMount[];
}

export type ContainerMount =
  | {
      readonly type: "volume";
      readonly volume: string;
      readonly path: string;
      readonly readOnly: boolean;
      /** Whether it starts empty instead of with the image's content. */
      readonly startsEmpty: boolean;
    }
  /** A file or folder that Baton made for it: an absolute path in Baton's data folder. */
  | { readonly type: "host"; readonly source: string; readonly path: string; readonly readOnly: boolean }
  | { readonly type: "tmpfs"; readonly path: string; readonly sizeBytes: number | null }
  | { readonly type: "anonymous"; readonly path: string };

export interface ContainerState {
  readonly id: ContainerId;
  readonly name: string;
  readonly owner: Owner;
  readonly service: string;
  /** Its number among the replicas of its service, from 1. */
  readonly replica: number;
  readonly kind: ServiceKind;
  readonly status: "created" | "running" | "restarting" | "exited" | "paused" | "dead" | "removing";
  /** Only meaningful once it has exited. */
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  readonly restartCount: number;
  /**
   * How its latest runs ended, oldest first: those of the last ten minutes at least, without stops that somebody asked
   * for. Only lists of containers know it; otherwise it is empty.
   */
  readonly deaths: readonly Death[];
  /** The engine's own message about a failed start, or empty. */
  readonly error: string;
  readonly startedAt: Date | null;
  /** Where its port is published. Containers of an older Baton may be published elsewhere. */
  readonly hostAddress: HostAddress | null;
  /**
   * Where its published port can be reached from this host without the engine's help, if the engine is on this host.
   * Null while it does not run. It may change with each run.
   */
  readonly ownAddress: HostAddress | null;
  readonly memoryLimitBytes: number | null;
  /** The time it asks for between SIGTERM and SIGKILL. */
  readonly stopGraceMs: number;
  /** Whether it may write to a named volume. */
  readonly keepsData: boolean;
  /** Paths of its anonymous volumes, which are removed with it. */
  readonly ownVolumes: readonly string[];
  /** The state of the image's HEALTHCHECK. Null without one. */
  readonly healthcheck: "starting" | "healthy" | "unhealthy" | null;
  /** What its HEALTHCHECK printed when it last failed, or empty. */
  readonly healthcheckOutput: string;
}

/** The end of one run of a container. */
export interface Death {
  readonly at: Date;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
}

export type ContainerFilter =
  | { readonly installation: InstallationId }
  | { readonly deployment: DeploymentId }
  | { readonly all: true };

export interface ListeningPort {
  readonly port: number;
  readonly loopbackOnly: boolean;
  /** It accepts no IPv4 connections, although it is not limited to the container's loopback. */
  readonly ipv6Only?: boolean;
}

export interface LogOptions {
  readonly follow: boolean;
  /** Only the last lines. Null returns everything that the engine keeps. */
  readonly tail: number | null;
  readonly timestamps: boolean;
}

export interface LogLine {
  readonly stream: "stdout" | "stderr";
  readonly at: Date | null;
  readonly text: string;
}

export interface EngineEvent {
  readonly type: "start" | "die" | "oom" | "health" | "destroy";
  readonly container: ContainerId;
  readonly owner: Owner;
  readonly service: string;
  /** The exit code of a `die`; null for other events. */
  readonly exitCode: number | null;
}

export class PortTaken extends Error {
  override readonly name = "PortTaken";
}

export class StartFailed extends Error {
  override readonly name = "StartFailed";
}
