import type { Running } from "../model/deployment/deployment.ts";
import type { ServiceSpec } from "../model/deployment/spec.ts";
import type { HostAddress } from "../model/names/host-address.ts";
import type { ContainerId, InstanceId } from "../model/names/ids.ts";
import type { Environment, Installation, Product } from "../model/product.ts";
import type { Clock } from "../ports/clock.ts";
import type { Engine, Owner } from "../ports/engine.ts";
import type { Git } from "../ports/git.ts";
import type { MountFiles } from "../ports/host/mount-files.ts";
import type { Reach } from "../ports/host/reach.ts";
import type { Prober } from "../ports/prober.ts";
import type { Proxy as ReverseProxy } from "../ports/proxy.ts";
import type { PortRange, Store } from "../ports/store/store.ts";
import type { BaseImages } from "./images/base/base-images.ts";
import type { Journal } from "./record/journal.ts";
import type { StackBoard } from "./record/stack-progress.ts";
import type { PublishRoutes } from "./routing/routes.ts";

/** What every verb may use of the world. */
export interface World {
  readonly instance: InstanceId;
  readonly engine: Engine;
  readonly git: Git;
  readonly mountFiles: MountFiles;
  readonly proxy: ReverseProxy;
  readonly prober: Prober;
  readonly reach: Reach;
  readonly store: Store;
  readonly clock: Clock;
  readonly baseImages: BaseImages;
  readonly limits: PipelineLimits;
  /** The address of a host, as a user types it: `http://hello.localhost:8080`. */
  readonly urlOf: (host: string) => string;
  readonly publishRoutes: PublishRoutes;
  readonly failpoint: Failpoint;
}

export interface PipelineLimits {
  readonly buildTimeoutMs: number;
  readonly healthTimeoutMs: number;
  readonly watchMs: number;
  readonly initTimeoutMs: number;
  readonly workerUpMs: number;
  readonly drainTimeoutMs: number;
  readonly ports: PortRange;
  /** The address of this host on which services are published: never one that the dashboard has, since cookies know no ports. */
  readonly appsHost: string;
  readonly subnets: string;
  readonly domain: string;
  /** Baton's own. */
  readonly publicHost: string;
  readonly allowPrivateRepositories: boolean;
  /** `host[:port]` of the mirror that base images come from; null: none is named. */
  readonly mirrorRegistry: string | null;
}

/**
 * Named places where tests let the server die, fail or wait. In production it does nothing.
 * A new place is covered by the fault tests by itself, because they ask for the list.
 */
export type Failpoint = (name: FailpointName) => Promise<void>;
export const failpointNames = [
  "claimed",
  "fetched",
  "built",
  "created",
  "started",
  "initialised",
  "held",
  "old-stopped",
  "checked",
  "before-switch",
  "after-switch",
  "watching",
  "ready",
] as const;
export type FailpointName = (typeof failpointNames)[number];

/** One attempt at one deployment, handed from verb to verb. */
export interface Work {
  readonly deployment: Running;
  readonly product: Product;
  readonly environment: Environment;
  readonly installation: Installation;
  readonly journal: Journal;
  readonly board: StackBoard;
  /** Aborted with Cancelled or Suspended. */
  readonly signal: AbortSignal;
}

/** A service that runs: what the checks, the switch and the watch need to know of it. */
export interface RunningService {
  readonly stack: string;
  readonly spec: ServiceSpec;
  readonly container: ContainerId;
  readonly hostAddress: HostAddress | null;
  /** It is the container of an earlier version, which goes on as it is: nothing to check or to watch. */
  readonly kept: boolean;
}

export function ownerOf(work: Work): Owner {
  return { product: work.product.id, installation: work.installation.id, deployment: work.deployment.id };
}
