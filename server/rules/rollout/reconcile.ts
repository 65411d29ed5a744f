import { type Deploying, type Deployment, specOf } from "../../model/deployment/deployment.ts";
import { type ServiceSpec, servicesOf } from "../../model/deployment/spec.ts";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";
import type { Installation } from "../../model/product.ts";
import type { ContainerState } from "../../ports/engine/containers.ts";
import { groupBy } from "./group-by.ts";
import type { Repair } from "./repair.ts";
import { restorations } from "./restorations.ts";
import { isSoloNetwork, runsAlone } from "./solo.ts";
import { isStateful } from "./stateful.ts";
import { misroutedUpstreams, type SpreadService, spreadServices, surplusReplicas } from "./traffic.ts";
import { type DesiredState, liveOf, type ObservedState, type Rows, type World } from "./world.ts";

export interface Reconciled {
  readonly repairs: readonly Repair[];
  /** Services whose requests are spread over replicas, for those who watch these. */
  readonly spread: readonly SpreadService[];
}

/** Compares the rows with the world. The reconciler carries out the repairs. */
export function reconcile(desired: DesiredState, observed: ObservedState): Reconciled {
  const { deployments } = desired;
  const { containers } = observed;
  const deploying = deployments.filter((deployment): deployment is Deploying => deployment.status === "deploying");
  const rows: Rows = {
    ...desired,
    byId: new Map(deployments.map((deployment) => [deployment.id, deployment])),
    deploying: groupBy(deploying, ({ installationId }) => installationId),
  };
  const world: World = {
    ...observed,
    madeBy: groupBy(containers, ({ owner }) => owner.deployment),
    ofInstallation: groupBy(containers, ({ owner }) => owner.installation),
  };
  return { repairs: repairsOf(rows, world), spread: spreadServices(rows, world) };
}

function repairsOf(rows: Rows, world: World): readonly Repair[] {
  const wanted = new Set(rows.deployments.flatMap(wantedBy(rows.installations)));
  const present = new Set(rows.installations.map(({ id }) => id));
  return [
    ...rows.installations.flatMap((installation) => trafficSwitches(installation, rows, world)),
    ...rows.installations.flatMap((installation) => misroutedUpstreams(installation, rows, world)),
    ...rows.installations.flatMap((installation) => restorations(installation, rows, world)),
    ...rows.installations.flatMap((installation) => surplusReplicas(installation, rows, world)),
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

function isSwitching(installation: Installation, rows: Rows): boolean {
  return (rows.deploying.get(installation.id) ?? []).some(({ step }) => step !== "start");
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
