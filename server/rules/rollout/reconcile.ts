import { type Deploying, type Deployment, specOf } from "../../model/deployment/deployment.ts";
import { type ServiceSpec, servicesOf } from "../../model/deployment/spec.ts";
import type { HostAddress } from "../../model/names/host-address.ts";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";
import type { Installation } from "../../model/product.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import type { NetworkInfo } from "../../ports/engine/networks.ts";
import { containerOf } from "./container-of.ts";
import { groupBy } from "./group-by.ts";
import { isSoloNetwork, runsAlone } from "./solo.ts";
import { carriedVolumes, isStateful, makerOf } from "./stateful.ts";

/** The state that the rows describe. */
export interface DesiredState {
  /** Installations of products that are not deleted. */
  readonly installations: readonly Installation[];
  /** Deleted installations that the proxy still serves: nothing of theirs may be removed yet. */
  readonly stillServed: ReadonlySet<InstallationId>;
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
  /** The address that each service's traffic goes to. */
  readonly upstreams: ReadonlyMap<InstallationId, ReadonlyMap<string, HostAddress>>;
}

/** A repair makes the world match the rows. Each can be repeated safely. */
export type Repair =
  /** The proxy serves another version than the rows say. */
  | { readonly type: "switch"; readonly installation: InstallationId; readonly to: DeploymentId | "stopped" }
  /** An installation was stopped by hand and still has traffic. Its hosts must answer 503. */
  | { readonly type: "stop-traffic"; readonly installation: InstallationId }
  /** A service's traffic goes to another address than its container has. */
  | {
      readonly type: "update-upstream";
      readonly installation: InstallationId;
      readonly deployment: DeploymentId;
      readonly service: string;
      readonly address: HostAddress;
    }
  /** Drain, stop and remove what belongs to a deployment. */
  | {
      readonly type: "remove-version";
      readonly installation: InstallationId | null;
      readonly deployment: DeploymentId;
      /** Services whose containers a later version has kept. */
      readonly except: readonly string[];
    }
  /** Remove a network of an installation that none of its versions needs any more. */
  | {
      readonly type: "remove-network";
      readonly installation: InstallationId;
      readonly name: string;
      /** Whether the installation's stateful services still have leases. */
      readonly keepsLeases: boolean;
    }
  /** A container of the live version is missing or stopped: start it again from its spec. */
  | {
      readonly type: "restore-service";
      readonly installation: InstallationId;
      readonly deployment: DeploymentId;
      readonly service: string;
    }
  | { readonly type: "forget-installation"; readonly installation: InstallationId };

/** Compares the rows with the world. The reconciler carries out the repairs. */
export function reconcile(desired: DesiredState, observed: ObservedState): readonly Repair[] {
  const { deployments } = desired;
  const { containers } = observed;
  const deploying = deployments.filter((deployment): deployment is Deploying => deployment.status === "deploying");
  return repairsOf(
    {
      ...desired,
      byId: new Map(deployments.map((deployment) => [deployment.id, deployment])),
      deploying: groupBy(deploying, ({ installationId }) => installationId),
    },
    {
      ...observed,
      madeBy: groupBy(containers, ({ owner }) => owner.deployment),
      ofInstallation: groupBy(containers, ({ owner }) => owner.installation),
    },
  );
}

/** The rows by what they are looked up by: with a thousand products, searching the list each time takes long. */
interface Rows extends DesiredState {
  readonly byId: ReadonlyMap<DeploymentId, Deployment>;
  /** Deployments past their build. */
  readonly deploying: ReadonlyMap<InstallationId, readonly Deploying[]>;
}

interface World extends ObservedState {
  /** The containers that a deployment has made. */
  readonly madeBy: ReadonlyMap<DeploymentId, readonly ContainerState[]>;
  readonly ofInstallation: ReadonlyMap<InstallationId, readonly ContainerState[]>;
}

function repairsOf(rows: Rows, world: World): readonly Repair[] {
  const wanted = new Set(rows.deployments.flatMap(wantedBy(rows.installations)));
  const present = new Set(rows.installations.map(({ id }) => id));
  return [
    ...rows.installations.flatMap((installation) => trafficSwitches(installation, rows, world)),
    ...rows.installations.flatMap((installation) => misroutedUpstreams(installation, rows, world)),
    ...rows.installations.flatMap((installation) => restorations(installation, rows, world)),
    ...removals(wanted, rows, world),
    ...networksToRemove(wanted, rows, world),
    ...[...world.folders.keys()]
      .filter((id) => !rows.stillServed.has(id) && !present.has(id))
      .map((installation) => ({ type: "forget-installation" as const, installation })),
  ];
}

/**
 * Deployments whose resources must stay: live ones, running ones, and the one that a watched deployment may roll back
 * to.
 */
function wantedBy(installations: readonly Installation[]): (deployment: Deployment) => readonly DeploymentId[] {
  const alive = new Set(installations.map((installation) => installation.id));
  const live = new Set(installations.flatMap((installation) => installation.liveDeploymentId ?? []));
  return (deployment) => {
    if (!alive.has(deployment.installationId)) return deployment.status === "deploying" ? [deployment.id] : [];
    // One that was put back in the queue finds the network that it had made.
    if (deployment.status === "queued" || deployment.status === "building") return [deployment.id];
    if (deployment.status !== "deploying") return live.has(deployment.id) ? [deployment.id] : [];
    return deployment.step === "watch" && deployment.replacedId !== null
      ? [deployment.id, deployment.replacedId]
      : [deployment.id];
  };
}

function trafficSwitches(installation: Installation, rows: Rows, world: World): readonly Repair[] {
  const current = world.current.get(installation.id);
  // It never switched, or it is switching right now: the pipeline knows better.
  if (current === undefined || isSwitching(installation, rows)) return [];
  const live = liveOf(installation, rows);
  const serves = live !== undefined && "spec" in live && live.spec !== null && live.spec.routes.length > 0;
  const to = serves && installation.liveDeploymentId !== null ? installation.liveDeploymentId : "stopped";
  if (current === to) return [];
  return installation.stopped
    ? [{ type: "stop-traffic", installation: installation.id }]
    : [{ type: "switch", installation: installation.id, to }];
}

function misroutedUpstreams(installation: Installation, rows: Rows, world: World): readonly Repair[] {
  const live = liveOf(installation, rows);
  const addresses = world.upstreams.get(installation.id);
  // A running deployment moves its own traffic.
  const isDeploying = rows.deploying.has(installation.id);
  if (live?.status !== "ready" || isDeploying || !addresses || world.current.get(installation.id) !== live.id)
    return [];
  return servicesOf(live.spec).flatMap((service): readonly Repair[] => {
    const container = service.kind === "web" ? containerIn(world, live, service) : null;
    const address = container?.status === "running" ? container.hostAddress : null;
    if (address === null || addresses.get(service.name) === address) return [];
    return [
      { type: "update-upstream", installation: installation.id, deployment: live.id, service: service.name, address },
    ];
  });
}

function isSwitching(installation: Installation, rows: Rows): boolean {
  return (rows.deploying.get(installation.id) ?? []).some(({ step }) => step !== "start");
}

function liveOf({ liveDeploymentId }: Installation, rows: Rows): Deployment | undefined {
  return liveDeploymentId === null ? undefined : rows.byId.get(liveDeploymentId);
}

function containerIn({ madeBy }: World, live: Deployment, service: ServiceSpec): ContainerState | null {
  return containerOf(live.id, service, madeBy.get(service.keptFrom ?? live.id) ?? []);
}

function restorations(installation: Installation, rows: Rows, world: World): readonly Repair[] {
  const live = liveOf(installation, rows);
  if (live?.status !== "ready" || rows.restoring.has(installation.id)) return [];
  // What a running deployment stopped in order to replace it, it also restores.
  const replacing = rows.deploying.get(installation.id) ?? [];
  const own = world.ofInstallation.get(installation.id) ?? [];
  const isBeingReplaced = (service: ServiceSpec) => replacing.some((deployment) => isReplacedBy(service, deployment));
  return (
    servicesOf(live.spec)
      .filter((service) => service.kind !== "init" && !isBeingReplaced(service))
      // Nothing else may use its data, so leftovers of a failed version go first.
      .filter(
        (service) =>
          !isStateful(service) ||
          !own.some(
            (container) => container.service === service.name && container.owner.deployment !== makerOf(service, live),
          ),
      )
      .filter((service) => {
        const container = containerIn(world, live, service);
        return (
          !container || container.status === "created" || container.status === "exited" || container.status === "dead"
        );
      })
      .map((service) => ({
        type: "restore-service" as const,
        installation: installation.id,
        deployment: live.id,
        service: service.name,
      }))
  );
}

/**
 * Whether a running deployment stops this service of the live version on its way, because it is stateful, or its data is
 * carried over or replaced.
 */
export function isReplacedBy(
  service: ServiceSpec,
  { spec, dataBefore }: Pick<Deploying, "spec" | "dataBefore">,
): boolean {
  const next = servicesOf(spec).find(({ name }) => name === service.name);
  return isStateful(service) || dataBefore !== null || (next !== undefined && carriedVolumes(next).length > 0);
}

function removals(wanted: ReadonlySet<DeploymentId>, rows: Rows, world: World): readonly Repair[] {
  const owners = new Map<DeploymentId, InstallationId | null>();
  for (const { owner } of world.containers) owners.set(owner.deployment, owner.installation);
  for (const { owner } of world.networks) if (owner) owners.set(owner.deployment, owner.installation);
  for (const [installation, deployments] of world.folders) {
    for (const deployment of deployments) owners.set(deployment, installation);
  }
  for (const holder of rows.leaseHolders) if (!owners.has(holder)) owners.set(holder, null);
  const kept = keptServices(wanted, rows);
  return [...owners]
    .filter(([deployment]) => !wanted.has(deployment))
    .filter(([, installation]) => installation === null || !rows.stillServed.has(installation))
    .map(([deployment, installation]) => {
      const except = [...(kept.get(deployment) ?? [])].sort();
      return { type: "remove-version" as const, installation, deployment, except };
    })
    .filter(({ deployment, except }) => except.length === 0 || hasMore(deployment, except, rows, world));
}

/** For each deployment, the services whose containers wanted deployments have kept. */
function keptServices(wanted: ReadonlySet<DeploymentId>, rows: Rows): ReadonlyMap<DeploymentId, ReadonlySet<string>> {
  const kept = new Map<DeploymentId, Set<string>>();
  for (const deployment of rows.deployments) {
    const spec = wanted.has(deployment.id) ? specOf(deployment) : null;
    for (const { name, kind, keptFrom } of spec ? servicesOf(spec) : []) {
      if (keptFrom !== null && kind !== "init") kept.set(keptFrom, (kept.get(keptFrom) ?? new Set()).add(name));
    }
  }
  return kept;
}

/** Whether anything of a deployment is left beside what is kept. */
function hasMore(deployment: DeploymentId, except: readonly string[], rows: Rows, world: World): boolean {
  return (
    rows.leaseHolders.includes(deployment) ||
    (world.madeBy.get(deployment) ?? []).some(({ service }) => !except.includes(service)) ||
    world.networks.some(({ owner }) => owner?.deployment === deployment) ||
    [...world.folders.values()].some((deployments) => deployments.includes(deployment))
  );
}

function networksToRemove(wanted: ReadonlySet<DeploymentId>, rows: Rows, world: World): readonly Repair[] {
  // A deployment that is being built has no spec yet, and may need either network in a moment.
  const needing = (needs: (services: readonly ServiceSpec[]) => boolean) =>
    new Set(
      rows.deployments.flatMap((deployment) => {
        const spec = wanted.has(deployment.id) ? specOf(deployment) : null;
        const isWithoutSpec = deployment.status === "queued" || deployment.status === "building";
        return isWithoutSpec || (spec && needs(servicesOf(spec))) ? [deployment.installationId] : [];
      }),
    );
  const stateful = needing((services) => services.some(isStateful));
  const solo = needing(runsAlone);
  const kept = keptServices(wanted, rows);
  const isLeaving = ({ owner, service }: ContainerState) =>
    !wanted.has(owner.deployment) && !kept.get(owner.deployment)?.has(service);
  return world.networks.flatMap(({ name, lasting }): readonly Repair[] => {
    if (!lasting) return [];
    const { installation } = lasting;
    const isSolo = isSoloNetwork(name);
    if ((isSolo ? solo : stateful).has(installation)) return [];
    // Whoever is in it may still be draining.
    const containers = world.ofInstallation.get(installation) ?? [];
    if (isSolo ? containers.some(isLeaving) : containers.length > 0) return [];
    return [{ type: "remove-network", installation, name, keepsLeases: isSolo && stateful.has(installation) }];
  });
}
