import type { Readable } from "node:stream";
import type { ContainerOptions, ResourceLimits, ServiceKind } from "../model/deployment/spec.ts";
import type { HostAddress } from "../model/names/host-address.ts";
import type { ContainerId, DeploymentId, ImageId, InstallationId, InstanceId, ProductId } from "../model/names/ids.ts";

/**
 * What Baton asks of a container engine. The implementation carries the instance id: it labels all that it
 * makes with it, lists only what carries it, and removes nothing else.
 *
 * Every method rejects with the signal's reason when aborted. Names given to create methods come from the
 * instance and row ids; creating something that exists under its name *adopts* it (same labels) instead of
 * failing, so that a step can run twice.
 */
export interface Engine {
  readonly instance: InstanceId;

  /** Rejects with EngineUnavailable when the daemon does not answer within 5 s. */
  info(signal: AbortSignal): Promise<EngineInfo>;

  /** How much of it a container may have at most. */
  machine(signal: AbortSignal): Promise<EngineMachine>;

  /** What takes up the disk, all of the daemon's and not only this instance's. Slow: the daemon adds it up. */
  diskUsage(signal: AbortSignal): Promise<DiskUsage>;

  /** Rejects with BuildFailed when a command of the Dockerfile failed or a base cannot be had. Aborting ends the build in the daemon too. */
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
   * Removes one tag of ours; the image goes with its last one, and so do the shared `baton/…` names of a base image when no
   * other Baton's tag claims it. Nothing happens when it is gone or in use.
   */
  removeTag(reference: string, signal: AbortSignal): Promise<void>;
  /**
   * Removes records of the build cache, the longest unused first, until it holds no more than this. The cache is the
   * daemon's own: other users of the daemon share it and the limit. What a running build uses stays. Nothing happens
   * when it is smaller. Resolves with how much was freed.
   */
  pruneBuildCache(keepBytes: number, signal: AbortSignal): Promise<number>;

  /** Adopts a network of this name. Rejects with SubnetTaken when another network or a route of the host overlaps. */
  createNetwork(request: NetworkRequest, signal: AbortSignal): Promise<void>;
  listNetworks(signal: AbortSignal): Promise<readonly NetworkInfo[]>;
  /** Disconnects what is left on it first. Nothing happens when it is gone. */
  removeNetwork(name: string, signal: AbortSignal): Promise<void>;
  /**
   * Makes a container, running or not, known on a further network under these names; its published port is left alone.
   * Nothing happens when it is connected already, or when either is gone.
   */
  connect(id: ContainerId, network: string, aliases: readonly string[], signal: AbortSignal): Promise<void>;
  /** Nothing happens when it is not connected. */
  disconnect(id: ContainerId, network: string, signal: AbortSignal): Promise<void>;
  /** Subnets (CIDR) that any network of the daemon, ours or not, or any route of this host uses. */
  usedSubnets(signal: AbortSignal): Promise<readonly string[]>;

  /** Creates, or adopts by name, without starting. Rejects with ImageMissing, and with StartFailed when the engine will not have such a container. */
  createContainer(request: ContainerRequest, signal: AbortSignal): Promise<ContainerId>;
  /** With the restart policy of its kind, also after `stopContainer` took it away. Nothing happens when it runs already. Rejects with PortTaken when the host port is in use, StartFailed when its command cannot be run or something of it is not to be had. */
  startContainer(id: ContainerId, signal: AbortSignal): Promise<void>;
  /** Policy `no` first, then SIGTERM, then SIGKILL after `graceMs`. Nothing happens when it is stopped or gone. */
  stopContainer(id: ContainerId, graceMs: number, signal: AbortSignal): Promise<void>;
  /** Kills and removes, with its anonymous volumes. Nothing happens when it is gone. */
  removeContainer(id: ContainerId, signal: AbortSignal): Promise<void>;
  /** Null when it is gone. */
  inspectContainer(id: ContainerId, signal: AbortSignal): Promise<ContainerState | null>;
  listContainers(filter: ContainerFilter, signal: AbortSignal): Promise<readonly ContainerState[]>;
  /** What its processes listen on, as far as this host can see it: TCP ports and whether only on the container's loopback. Null: cannot tell. */
  listeningPorts(id: ContainerId): Promise<readonly ListeningPort[] | null>;
  /** Lines of stdout and stderr in order; ends with the container, or at once without `follow`. Bounded: a line is cut at 16 KiB. */
  logs(id: ContainerId, options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine>;
  /** Starts, deaths and health changes of this instance's containers, as they happen. Ends when the daemon goes away. */
  events(signal: AbortSignal): AsyncIterable<EngineEvent>;

  /** Adopts a volume of this name when it is this instance's. Rejects when it is somebody else's. */
  createVolume(request: VolumeRequest, signal: AbortSignal): Promise<void>;
  /** Volumes of this instance; removal only by explicit request of a user. */
  listVolumes(signal: AbortSignal): Promise<readonly string[]>;
  /** Null when there is none of this name, or it is somebody else's. */
  inspectVolume(name: string, signal: AbortSignal): Promise<VolumeInfo | null>;
  /**
   * Copies what a container has in a folder into a volume that is empty, with owners and modes. The container need not
   * run. Resolves with whether there was such a folder.
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

/** What the engine's host has. */
export interface EngineMachine {
  readonly cpus: number;
  readonly memoryBytes: number;
  /** How it groups processes to limit them; null: it does not. */
  readonly cgroups: { readonly driver: string; readonly version: 1 | 2 } | null;
}

export interface DiskUsage {
  readonly imagesBytes: number;
  /** What containers have written beside their volumes. */
  readonly containersBytes: number;
  readonly volumesBytes: number;
  readonly buildCacheBytes: number;
}

/** What a thing in Docker belongs to; becomes labels, and comes back from lists. */
export interface Owner {
  readonly product: ProductId;
  readonly installation: InstallationId;
  readonly deployment: DeploymentId;
}

/** Of what outlives a deployment: an installation's own network and its volumes. */
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
  /** What `RUN --mount=type=secret,id=…` finds, by id: it is in no layer and no cache. BuildKit only; the classic builder has no such mounts. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly owner: Owner | null;
  /** Separates BuildKit's cache mounts between products (BUILDKIT_CACHE_MOUNT_NS). */
  readonly cacheNamespace: string;
}

export type BuildOutput =
  /** A step begins: "[2/4] RUN npm ci". `cached` when nothing had to be done. */
  | { readonly type: "step"; readonly name: string; readonly cached: boolean }
  | { readonly type: "line"; readonly text: string };

export interface ImageInfo {
  readonly id: ImageId;
  readonly tags: readonly string[];
  readonly exposedPorts: readonly { readonly port: number; readonly protocol: "tcp" | "udp" }[];
  readonly user: string;
  /** Paths of its VOLUMEs. */
  readonly volumes: readonly string[];
  /** What its ENVs set. */
  readonly environment: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
  readonly createdAt: Date;
  /** It checks itself (HEALTHCHECK). */
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
  /** Of a deployment's network; null for a lasting one, whose owner is in `lasting`. */
  readonly owner: Owner | null;
  readonly lasting: LastingOwner | null;
}

export interface VolumeRequest {
  readonly name: string;
  readonly owner: LastingOwner;
  /** The deployment that fills it; null: its first user does. */
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
  /** The network that it is created on, and which publishes its port; it is known there under its service's name and `options.aliases`. */
  readonly network: string;
  /** Published there only, on loopback. */
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
      /** It does not take over what the image has there. */
      readonly startsEmpty: boolean;
    }
  /** A file or folder of this host that Baton made for it: an absolute path in Baton's data folder. */
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
  /** Meaningful once it has exited. */
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  readonly restartCount: number;
  /** The engine's own word about a start that failed; empty otherwise. */
  readonly error: string;
  readonly startedAt: Date | null;
  /** Where its port is published; one that was made by an older Baton may be elsewhere than new ones. */
  readonly hostAddress: HostAddress | null;
  readonly memoryLimitBytes: number | null;
  /** What it asks for between SIGTERM and SIGKILL. */
  readonly stopGraceMs: number;
  /** It may write to a named volume. */
  readonly keepsData: boolean;
  /** Paths of its volumes that have no name: they are removed with it. */
  readonly ownVolumes: readonly string[];
  /** Of the image's HEALTHCHECK; null without one. */
  readonly healthcheck: "starting" | "healthy" | "unhealthy" | null;
  /** What its HEALTHCHECK printed when it failed last; empty when it printed nothing, or has not failed. */
  readonly healthcheckOutput: string;
}

export type ContainerFilter =
  | { readonly installation: InstallationId }
  | { readonly deployment: DeploymentId }
  | { readonly all: true };

export interface ListeningPort {
  readonly port: number;
  readonly loopbackOnly: boolean;
  /** It takes no IPv4 connections, although it is open to others than the container itself. */
  readonly ipv6Only?: boolean;
}

export interface LogOptions {
  readonly follow: boolean;
  /** Only the last so many lines; null: all that the engine keeps. */
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
  /** Of a `die`: what it exited with; null for the others. */
  readonly exitCode: number | null;
}

/** The daemon is not responding. Transient: the caller may try again. */
export class EngineUnavailable extends Error {
  override readonly name = "EngineUnavailable";
}

/** The daemon answered that it will not; the message is its own. */
export class EngineRefused extends Error {
  override readonly name: string = "EngineRefused";
}

export class BuildFailed extends Error {
  override readonly name = "BuildFailed";
  /** The command or instruction that failed, e.g. `npm run build`; null when none did (a base image, a syntax error). */
  readonly step: string | null;
  readonly exitCode: number | null;
  /** Set when a base image could not be had: its reference. */
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
  /** unreachable: no registry answered; missing: it says there is no such image; denied: it wants credentials. */
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
