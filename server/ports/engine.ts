import type { Readable } from "node:stream";
import type { ResourceLimits } from "../model/deployment/resource-limits.ts";
import type { ContainerOptions, ServiceKind } from "../model/deployment/spec.ts";
import type { HostAddress } from "../model/names/host-address.ts";
import type { ContainerId, DeploymentId, ImageId, InstallationId, InstanceId, ProductId } from "../model/names/ids.ts";

/**
 * What Baton needs from a container engine. An implementation carries the instance id: it labels everything it creates
 * with it, lists only what has that label, and removes nothing else. Every method rejects with the signal's reason when
 * aborted. Names passed to create methods are made of the instance id and row ids. Creating something that exists under
 * its name *adopts* it (same labels) instead of failing, so that a step can be repeated.
 */
export interface Engine {
  readonly instance: InstanceId;

  /** Rejects with EngineUnavailable when the daemon does not answer within 5 s. */
  info(signal: AbortSignal): Promise<EngineInfo>;

  /** How much of the host a container may use at most. */
  machine(signal: AbortSignal): Promise<EngineMachine>;

  /** The disk usage of the whole daemon, not only of this instance. Slow, because the daemon adds it up. */
  diskUsage(signal: AbortSignal): Promise<DiskUsage>;

  /**
   * Rejects with BuildFailed when a command of the Dockerfile failed or a base image cannot be pulled. Aborting ends
   * the build in the daemon, too.
   */
  build(request: BuildRequest, onOutput: (output: BuildOutput) => void, signal: AbortSignal): Promise<ImageId>;
  /** Rejects with PullFailed. Resolves with the id that the reference has now. */
  pull(reference: string, onOutput: (output: BuildOutput) => void, signal: AbortSignal): Promise<ImageId>;
  /** Makes an image of one layer out of a root file system; `changes` are Dockerfile lines such as `CMD` or `ENV`. */
  importImage(tar: Readable, reference: string, changes: readonly string[], signal: AbortSignal): Promise<ImageId>;
  /** Null when there is no such image. `reference` is a tag or an id. */
  inspectImage(reference: string, signal: AbortSignal): Promise<ImageInfo | null>;
  tagImage(id: ImageId, reference: string, signal: AbortSignal): Promise<void>;
  /** Tags of this instance only (`baton-<instance>/…`), with the images that they name. */
  listImages(signal: AbortSignal): Promise<readonly ImageInfo[]>;
  /**
   * Removes a tag of this instance. The image is removed with its last tag, and so are the shared `baton/…` names of a
   * base image when no other instance's tag refers to it. Does nothing when the tag does not exist or is in use.
   */
  removeTag(reference: string, signal: AbortSignal): Promise<void>;
  /**
   * Removes records of the build cache, the longest unused first, until it holds no more than `keepBytes`. The cache
   * belongs to the daemon: other users share it and the limit. What a running build uses stays. Resolves with how much
   * was freed.
   */
  pruneBuildCache(keepBytes: number, signal: AbortSignal): Promise<number>;

  /** Adopts a network of this name. Rejects with SubnetTaken when another network or a route of the host overlaps. */
  createNetwork(request: NetworkRequest, signal: AbortSignal): Promise<void>;
  listNetworks(signal: AbortSignal): Promise<readonly NetworkInfo[]>;
  /** Disconnects whatever is still connected first. Does nothing when the network does not exist. */
  removeNetwork(name: string, signal: AbortSignal): Promise<void>;
  /**
   * Connects a container, running or not, to a further network under these names, and leaves its published port alone.
   * Does nothing when it is connected already, or when either does not exist.
   */
  connect(id: ContainerId, network: string, aliases: readonly string[], signal: AbortSignal): Promise<void>;
  /** Does nothing when it is not connected. */
  disconnect(id: ContainerId, network: string, signal: AbortSignal): Promise<void>;
  /** Subnets (CIDR) in use by any network of the daemon or any route of this host. */
  usedSubnets(signal: AbortSignal): Promise<readonly string[]>;

  /**
   * Creates the container, or adopts it by name, without starting it. Rejects with ImageMissing, and with StartFailed
   * when the engine refuses such a container.
   */
  createContainer(request: ContainerRequest, signal: AbortSignal): Promise<ContainerId>;
  /**
   * Restores the restart policy of its kind, which `stopContainer` removes, and starts it. Does nothing when it is
   * running. Rejects with PortTaken when the host port is in use, and with StartFailed when its command cannot be
   * executed or something it needs is unavailable.
   */
  startContainer(id: ContainerId, signal: AbortSignal): Promise<void>;
  /**
   * Sets the restart policy to `no`, then sends SIGTERM, and SIGKILL after `graceMs`. Does nothing when it is stopped
   * or does not exist.
   */
  stopContainer(id: ContainerId, graceMs: number, signal: AbortSignal): Promise<void>;
  /** Kills and removes the container with its anonymous volumes. Does nothing when it does not exist. */
  removeContainer(id: ContainerId, signal: AbortSignal): Promise<void>;
  /** Null when it does not exist. */
  inspectContainer(id: ContainerId, signal: AbortSignal): Promise<ContainerState | null>;
  listContainers(filter: ContainerFilter, signal: AbortSignal): Promise<readonly ContainerState[]>;
  /**
   * The TCP ports that its processes listen on, and whether only on the container's loopback. Null when that cannot be
   * told from this host.
   */
  listeningPorts(id: ContainerId): Promise<readonly ListeningPort[] | null>;
  /**
   * Lines of stdout and stderr in order. Ends with the container, or at once without `follow`. A line is cut at 16 KiB.
   */
  logs(id: ContainerId, options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine>;
  /** Starts, exits and health changes of this instance's containers as they happen. Ends when the daemon goes away. */
  events(signal: AbortSignal): AsyncIterable<EngineEvent>;

  /** Creates a volume, or adopts one of this instance by name. Rejects when another instance owns it. */
  createVolume(request: VolumeRequest, signal: AbortSignal): Promise<void>;
  /** Lists this instance's volumes. They are only removed when a user asks for it. */
  listVolumes(signal: AbortSignal): Promise<readonly string[]>;
  /** Null when it does not exist or belongs to somebody else. */
  inspectVolume(name: string, signal: AbortSignal): Promise<VolumeInfo | null>;
  /**
   * Copies a container's folder into an empty volume, with owners and modes. The container need not be running.
   * Resolves with whether the folder exists.
   */
  fillVolume(
    volume: string,
    from: { readonly container: ContainerId; readonly path: string },
    owner: Owner,
    signal: AbortSignal,
  ): Promise<boolean>;
  removeVolume(name: string, signal: AbortSignal): Promise<void>;
}

export interface EngineInfo {
  readonly version: string;
  readonly apiVersion: string;
  readonly builder: "buildkit" | "classic";
}

/** The resources of the engine's host. */
export interface EngineMachine {
  readonly cpus: number;
  readonly memoryBytes: number;
  /** How the host groups processes to limit them. Null when it does not. */
  readonly cgroups: { readonly driver: string; readonly version: 1 | 2 } | null;
}

export interface DiskUsage {
  readonly imagesBytes: number;
  /** What containers have written outside of volumes. */
  readonly containersBytes: number;
  readonly volumesBytes: number;
  readonly buildCacheBytes: number;
}

/** The owner of a resource in Docker. It is stored as labels and returned by lists. */
export interface Owner {
  readonly product: ProductId;
  readonly installation: InstallationId;
  readonly deployment: DeploymentId;
}

/** The owner of what outlives a deployment: an installation's own network and its volumes. */
export interface LastingOwner {
  readonly product: ProductId;
  readonly installation: InstallationId;
}

export interface BuildRequest {
  /** The context: a tar stream that already honours .dockerignore. */
  readonly context: Readable;
  /** Path of the Dockerfile inside the context. */
  readonly dockerfile: string;
  /** The tag the result gets: `baton-<instance>/…`. */
  readonly tag: string;
  readonly target: string | null;
  readonly args: Readonly<Record<string, string>>;
  /**
   * Secrets by id, for `RUN --mount=type=secret,id=…`. They end up in no layer and no cache. Only BuildKit supports
   * such mounts.
   */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly owner: Owner | null;
  /** Separates BuildKit's cache mounts between products (BUILDKIT_CACHE_MOUNT_NS). */
  readonly cacheNamespace: string;
}

export type BuildOutput =
  /** A step begins: "[2/4] RUN npm ci". `cached` when the engine reuses an earlier result. */
  | { readonly type: "step"; readonly name: string; readonly cached: boolean }
  | { readonly type: "line"; readonly text: string };

export interface ImageInfo {
  readonly id: ImageId;
  readonly tags: readonly string[];
  readonly exposedPorts: readonly { readonly port: number; readonly protocol: "tcp" | "udp" }[];
  readonly user: string;
  /** The paths of its VOLUME instructions. */
  readonly volumes: readonly string[];
  /** The variables that its ENV instructions set. */
  readonly environment: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
  readonly createdAt: Date;
  /** Whether it has a HEALTHCHECK. */
  readonly hasHealthcheck: boolean;
}

export interface NetworkRequest {
  readonly name: string;
  /** CIDR, e.g. 10.214.3.32/27. */
  readonly subnet: string;
  readonly owner: Owner | LastingOwner;
}

export interface NetworkInfo {
  readonly name: string;
  readonly subnet: string | null;
  /** The owner of a deployment's network. Null for a lasting one, whose owner is in `lasting`. */
  readonly owner: Owner | null;
  readonly lasting: LastingOwner | null;
}

export interface VolumeRequest {
  readonly name: string;
  readonly owner: LastingOwner;
  /** The deployment that fills it. Null when its first user does. */
  readonly filledBy: DeploymentId | null;
}

export interface VolumeInfo {
  readonly filledBy: DeploymentId | null;
}

export interface ContainerRequest {
  readonly name: string;
  readonly owner: Owner;
  readonly service: string;
  readonly kind: ServiceKind;
  readonly image: ImageId;
  readonly command: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  /**
   * The network it is created on, which publishes its port. It is known there by its service's name and
   * `options.aliases`.
   */
  readonly network: string;
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
  readonly kind: ServiceKind;
  readonly status: "created" | "running" | "restarting" | "exited" | "paused" | "dead" | "removing";
  /** Only meaningful once it has exited. */
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  readonly restartCount: number;
  /** The engine's own message about a failed start, or empty. */
  readonly error: string;
  readonly startedAt: Date | null;
  /** Where its port is published. Containers of an older Baton may be published elsewhere. */
  readonly hostAddress: HostAddress | null;
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

/** The daemon is not responding. Transient: the caller may try again. */
export class EngineUnavailable extends Error {
  override readonly name = "EngineUnavailable";
}

/** The daemon refused; the message is its own. */
export class EngineRefused extends Error {
  override readonly name: string = "EngineRefused";
}

export class BuildFailed extends Error {
  override readonly name = "BuildFailed";
  /**
   * The command or instruction that failed, such as `npm run build`. Null when none did (a base image, a syntax error).
   */
  readonly step: string | null;
  readonly exitCode: number | null;
  /** The reference of a base image that could not be obtained. */
  readonly missingBase: string | null;
  constructor(
    message: string,
    facts: { step?: string | null; exitCode?: number | null; missingBase?: string | null },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.step = facts.step ?? null;
    this.exitCode = facts.exitCode ?? null;
    this.missingBase = facts.missingBase ?? null;
  }
}

export class PullFailed extends Error {
  override readonly name = "PullFailed";
  /** unreachable: no registry answered. missing: the registry has no such image. denied: it wants credentials. */
  readonly reason: "unreachable" | "missing" | "denied" | "other";
  constructor(message: string, reason: PullFailed["reason"], options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

export class ImageMissing extends Error {
  override readonly name = "ImageMissing";
}

export class SubnetTaken extends Error {
  override readonly name = "SubnetTaken";
}

export class PortTaken extends Error {
  override readonly name = "PortTaken";
}

export class StartFailed extends Error {
  override readonly name = "StartFailed";
}
