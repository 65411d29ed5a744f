import type { Readable } from "node:stream";
import type { ContainerId, ImageId, InstanceId } from "../../model/names/ids.ts";
import type {
  ContainerFilter,
  ContainerRequest,
  ContainerState,
  EngineEvent,
  ListeningPort,
  LogLine,
  LogOptions,
} from "./containers.ts";
import type { DiskUsage } from "./disk-usage.ts";
import type { BuildOutput, BuildRequest, ImageInfo } from "./images.ts";
import type { NetworkInfo, NetworkRequest, VolumeInfo, VolumeRequest } from "./networks.ts";
import type { Owner } from "./owner.ts";

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

  /** What takes the daemon's space, and which of it is this instance's. Slow, because the daemon adds it up. */
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
   * Removes an image that this instance built and that lost its tags. Does nothing when it has a tag, is in use, is
   * somebody else's or does not exist.
   */
  removeUntagged(id: ImageId, signal: AbortSignal): Promise<void>;
  /**
   * Removes records of the build cache, the longest unused first, until it holds no more than `keepBytes`; with
   * `unusedForMs`, only those that no build has used for so long. The cache belongs to the daemon: other users share it
   * and the limit. What a running build uses stays. Resolves with how much was freed.
   */
  pruneBuildCache(
    limit: { readonly keepBytes: number; readonly unusedForMs?: number },
    signal: AbortSignal,
  ): Promise<number>;

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
   * executed or something it needs is unavailable; it does not run then.
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
  /** Docker's own version, such as 28.5.2. */
  readonly version: string;
  /** The newest and the oldest version of the API that the daemon knows. */
  readonly apiVersion: string;
  readonly minApiVersion: string;
  /** The version of the API that Baton speaks with it: the newest that both know. */
  readonly spokenApiVersion: string;
  readonly builder: "buildkit" | "classic";
  /** Who packaged it and so publishes its fixes: Docker itself, a distribution, or another vendor. */
  readonly packager: "docker" | "debian" | "ubuntu" | "other";
}

/** The resources of the engine's host. */
export interface EngineMachine {
  readonly cpus: number;
  readonly memoryBytes: number;
  /** How the host groups processes to limit them. Null when it does not. */
  readonly cgroups: { readonly driver: string; readonly version: 1 | 2 } | null;
  /** Where it keeps images: `graph driver overlay2`, or `containerd, overlayfs`. */
  readonly imageStore: string;
  /** Whether the daemon runs without root's rights, in a user namespace. */
  readonly rootless: boolean;
  /** The limits of containers that the engine accepts but cannot hold them to. */
  readonly cannotLimit: readonly ("memory" | "processes" | "processors")[];
  /** The system that it runs on, such as `Debian GNU/Linux 12 (bookworm)`. In a snap it is `Ubuntu Core 24`. */
  readonly operatingSystem: string;
  /** What it writes its own firewall rules with: `iptables` or `nftables`. Null before API 1.49. */
  readonly firewallBackend: string | null;
  /** Where it keeps images, containers and volumes: `/var/lib/docker`. Absent when it does not say. */
  readonly dataFolder?: string;
  /**
   * Whether containers go on running while the daemon is stopped or restarted; `swarm`: no, and as a part of a Swarm it
   * cannot let them. Absent when it does not say.
   */
  readonly liveRestore?: "on" | "off" | "swarm";
}

/** The daemon is not responding. Transient: the caller may try again. */
export class EngineUnavailable extends Error {
  override readonly name = "EngineUnavailable";
}

/** The daemon refused; the message is its own. */
export class EngineRefused extends Error {
  override readonly name: string = "EngineRefused";
}
