import type { Deploying, Deployment, Ready } from "../../model/deployment/deployment.ts";
import type { ServiceSpec } from "../../model/deployment/spec.ts";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";
import type { Installation } from "../../model/product.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import type { NetworkInfo } from "../../ports/engine/networks.ts";
import type { Upstream } from "../../ports/proxy.ts";
import { replicasOf } from "./container-of.ts";
import type { Scalings } from "./replicas.ts";

/** The state that the rows describe. */
export interface DesiredState {
  /** Installations of products that are not deleted. */
  readonly installations: readonly Installation[];
  /** Deleted installations that the proxy still serves: nothing of theirs may be removed yet. */
  readonly stillServed: ReadonlySet<InstallationId>;
  /** How often services run, where users have set it. */
  readonly scalings: ReadonlyMap<InstallationId, Scalings>;
  /** Live deployments and all that are not over. */
  readonly deployments: readonly Deployment[];
  readonly leaseHolders: readonly DeploymentId[];
  /** Installations whose volumes are being filled from a backup: their services may not use them meanwhile. */
  readonly restoring: ReadonlySet<InstallationId>;
}

/** The state of Docker and the proxy. */
export interface ObservedState {
  readonly containers: readonly ContainerState[];
  readonly networks: readonly NetworkInfo[];
  /** Folders of the proxy: the deployments of each installation. */
  readonly folders: ReadonlyMap<InstallationId, readonly DeploymentId[]>;
  /** The deployment that the symlink on disk points to. */
  readonly current: ReadonlyMap<InstallationId, DeploymentId | "stopped">;
  /** Where each service's traffic goes to. */
  readonly upstreams: ReadonlyMap<InstallationId, ReadonlyMap<string, Upstream>>;
}

/** The rows by what they are looked up by: with a thousand products, searching the list each time takes long. */
export interface Rows extends DesiredState {
  readonly byId: ReadonlyMap<DeploymentId, Deployment>;
  /** Deployments past their build. */
  readonly deploying: ReadonlyMap<InstallationId, readonly Deploying[]>;
}

export interface World extends ObservedState {
  /** The containers that a deployment has made. */
  readonly madeBy: ReadonlyMap<DeploymentId, readonly ContainerState[]>;
  readonly ofInstallation: ReadonlyMap<InstallationId, readonly ContainerState[]>;
}

export function liveOf({ liveDeploymentId }: Installation, rows: Rows): Deployment | undefined {
  return liveDeploymentId === null ? undefined : rows.byId.get(liveDeploymentId);
}

/** All containers of a service of the live version, by their numbers. */
export function replicasIn(
  { madeBy }: Pick<World, "madeBy">,
  live: Pick<Ready, "id">,
  service: ServiceSpec,
): readonly ContainerState[] {
  return replicasOf(live.id, service, madeBy.get(service.keptFrom ?? live.id) ?? []);
}
