import type { Running } from "../../model/deployment/deployment.ts";
import type { ServiceSpec } from "../../model/deployment/spec.ts";
import type { InstallationId, InstanceId } from "../../model/names/ids.ts";
import type { Environment, Installation, Product } from "../../model/product.ts";
import type { BackupTools } from "../../ports/backup/backup-tools.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Engine } from "../../ports/engine/engine.ts";
import type { Owner } from "../../ports/engine/owner.ts";
import type { Git } from "../../ports/git.ts";
import type { Machine } from "../../ports/host/machine.ts";
import type { MountFiles } from "../../ports/host/mount-files.ts";
import type { Reach } from "../../ports/host/reach.ts";
import type { Prober } from "../../ports/prober.ts";
import type { Proxy as ReverseProxy } from "../../ports/proxy.ts";
import type { PortRange } from "../../ports/store/leases.ts";
import type { Store } from "../../ports/store/store.ts";
import type { Turns } from "../../ports/turns.ts";
import type { MakeRoom } from "../../rules/space/full-disk.ts";
import type { BaseImages } from "../images/base/base-images.ts";
import type { Journal } from "../record/journal.ts";
import type { StackProgressRecorder } from "../record/stack-progress-recorder.ts";
import type { PublishRoutes } from "../routing/routes.ts";
import type { DockerSilence } from "./docker-silence.ts";
import type { Failpoint } from "./failpoint.ts";

/** The ports that the pipeline needs. */
export interface Adapters {
  readonly engine: Engine;
  readonly git: Git;
  readonly machine: Pick<Machine, "disk" | "diskOf">;
  readonly mountFiles: MountFiles;
  readonly proxy: ReverseProxy;
  readonly prober: Prober;
  readonly reach: Reach;
  readonly store: Store;
  readonly clock: Clock;
  readonly baseImages: BaseImages;
  readonly backupTools: BackupTools;
  readonly dataTurns: Turns<InstallationId>;
  readonly publishRoutes: PublishRoutes;
  readonly makeRoom: MakeRoom;
  readonly failpoint: Failpoint;
}

/** What all deployments share: the ports, and the settings of this server. */
export interface PipelineContext extends Adapters {
  readonly instance: InstanceId;
  readonly limits: PipelineLimits;
  /** The URL of a host, as a user types it: `http://hello.localhost:8080`. */
  readonly urlOf: (host: string) => string;
}

export interface PipelineLimits {
  readonly buildTimeoutMs: number;
  readonly healthTimeoutMs: number;
  readonly watchMs: number;
  readonly initTimeoutMs: number;
  readonly workerUpMs: number;
  readonly drainTimeoutMs: number;
  /** How much of a disk must be free before a fetch or a build. Null when nothing must. */
  readonly minFreeBytes: number | null;
  readonly ports: PortRange;
  /**
   * The address of the host on which services are published. The dashboard has another one, since cookies ignore ports.
   */
  readonly appsHost: string;
  readonly subnets: string;
  readonly domain: string;
  /** The host of Baton's own dashboard. */
  readonly publicHost: string;
  readonly allowPrivateRepositories: boolean;
  /** `host[:port]` of the mirror that base images come from; null when none is configured. */
  readonly mirrorRegistry: string | null;
}

/** One attempt at one deployment, with everything that its steps need. Each step takes it as its first argument. */
export interface DeploymentContext extends PipelineContext {
  /** The deployment as this attempt found it. Its `attempt` is the fence of every move. */
  readonly deployment: Running;
  readonly product: Product;
  readonly environment: Environment;
  readonly installation: Installation;
  readonly journal: Journal;
  readonly progress: StackProgressRecorder;
  readonly networkAhead: NetworkAhead;
  /** When Docker did not answer during this attempt. */
  readonly silence: DockerSilence;
  /** Aborted with Cancelled or Suspended, or by the time limit of the step. */
  readonly signal: AbortSignal;
}

/**
 * The deployment's network, which is made while its images are: the daemon takes as long for it as for a small build.
 */
export interface NetworkAhead {
  /** Begins to make it for these services. A failure is forgotten: the start of the version tries again. */
  begin(services: readonly Pick<ServiceSpec, "kind" | "stateful" | "started">[]): void;
  /** Resolves when it is not being made. Wait for it before anything else makes or removes the deployment's network. */
  settled(): Promise<void>;
}

export function ownerOf({
  product,
  installation,
  deployment,
}: Pick<DeploymentContext, "product" | "installation" | "deployment">): Owner {
  return { product: product.id, installation: installation.id, deployment: deployment.id };
}
