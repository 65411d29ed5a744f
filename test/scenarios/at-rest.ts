import { type Deployment, isOver, type Ready, specOf } from "../../server/model/deployment/deployment.ts";
import { type ServiceSpec, servicesOf } from "../../server/model/deployment/spec.ts";
import type { InstallationId } from "../../server/model/names/ids.ts";
import type { Installation } from "../../server/model/product.ts";
import {
  containerName,
  lastingNetworkName,
  networkName,
  soloNetworkName,
} from "../../server/pipeline/containers/container-request.ts";
import type { Domain } from "../../server/ports/store/domains.ts";
import { containerOf, replicasOf } from "../../server/rules/rollout/container-of.ts";
import { replicaNumbers, wantedReplicas } from "../../server/rules/rollout/replicas.ts";
import { runsAlone } from "../../server/rules/rollout/solo.ts";
import { isStateful, makerOf } from "../../server/rules/rollout/stateful.ts";
import { addressesOf } from "../../server/rules/routing/slots.ts";
import type { FakeWorld } from "../fakes/fake-world.ts";

interface Live {
  readonly installation: Installation;
  readonly deployment: Ready | null;
}

/**
 * Lets everything finish and some more time pass. Returns what is wrong when nothing is running any more: unfinished
 * rows, resources without a row, rows without their resources, and traffic that goes elsewhere.
 */
export async function faultsAtRest(world: FakeWorld): Promise<readonly string[]> {
  await comeToRest(world);
  // Enough time to drain and for one regular pass of the reconciler.
  await world.pass(70_000);
  const installations = await world.store.installations.list();
  const lives = installations.map((installation) => liveOf(world, installation));
  return [
    ...[...world.store.rows.deployments.values()].flatMap((row) => faultsOfRow(world, row)),
    ...lives.flatMap((live) => faultsOfRoute(world, live)),
    ...inDocker(world, lives),
    ...(await inRecords(world, lives)),
    ...(await faultsOfBranches(world)),
    ...faultsOfBackups(world),
    ...(world.docker.builds.current > 0 ? [`${world.docker.builds.current} builds go on`] : []),
  ];
}

/**
 * Waits until everything is over and settled. The limit allows for builds and jobs that never end, and for a server
 * that dies.
 */
export async function comeToRest({ store, until }: FakeWorld): Promise<void> {
  const isOver = async () => {
    const { queued, running } = await store.deployments.queue();
    return queued.length + running.length === 0 && (await store.events.unsettled()).length === 0;
  };
  await until("everything is over and settled", isOver, 3_600_000);
}

function liveOf(world: FakeWorld, installation: Installation): Live {
  const id = installation.liveDeploymentId;
  const row = id === null ? undefined : world.store.rows.deployments.get(id);
  return { installation, deployment: row?.status === "ready" ? row : null };
}

function faultsOfRow({ store }: FakeWorld, row: Deployment): readonly string[] {
  const events = store.rows.events.get(row.id) ?? [];
  const statuses = events.flatMap((event) => (event.type === "status" ? [event.status] : []));
  const ends = statuses.filter(isOver);
  const isLive = [...store.rows.installations.values()].some(({ liveDeploymentId }) => liveDeploymentId === row.id);
  return [
    ...(isOver(row.status) ? [] : [`deployment ${row.id} is still ${row.status}`]),
    ...(events.every(({ seq }, index) => seq === index + 1) ? [] : [`events of ${row.id} have gaps`]),
    ...(statuses.at(-1) === row.status
      ? []
      : [`deployment ${row.id} is ${row.status}, but its last event says ${statuses.at(-1)}`]),
    // A ready deployment can be stopped by hand.
    ...(ends.length === 1 || ends.join() === "ready,stopped" ? [] : [`deployment ${row.id} ended ${ends.join()}`]),
    ...(events.some(({ type }) => type === "settled") ? [] : [`deployment ${row.id} is not settled`]),
    ...(isLive && row.status !== "ready" ? [`deployment ${row.id} is live and ${row.status}`] : []),
  ];
}

/** Every replica gets requests, and nothing else does. */
function faultsOfTraffic(
  { caddy, docker, store }: Pick<FakeWorld, "caddy" | "docker" | "store">,
  { id, installationId }: Ready,
  service: ServiceSpec,
): readonly string[] {
  const upstream = caddy.upstreamOf(installationId, service.name);
  if (upstream === null) return [];
  const served = addressesOf(upstream);
  const states = [...docker.containers.values()].map((container) => container.state());
  const wanted = replicaNumbers(wantedOf(store, installationId, service)).map(
    (number) => replicasOf(id, service, states).find(({ replica }) => replica === number)?.hostAddress,
  );
  const isSame = [...served].sort().join() === [...wanted].sort().join();
  return isSame ? [] : [`requests to ${service.name} go to ${served.join()}, wanted ${wanted.join()}`];
}

function wantedOf({ rows }: FakeWorld["store"], installation: InstallationId, service: ServiceSpec): number {
  return wantedReplicas(service, rows.scalings.get(installation) ?? new Map());
}

/**
 * Checks that the switch and the hosts are those of the live version, and that each host leads to a container that
 * listens.
 */
function faultsOfRoute({ caddy, docker, store }: FakeWorld, { installation, deployment }: Live): readonly string[] {
  const hosts = [...caddy.hosts.values()].filter((route) => route.installation === installation.id);
  const isOwn = (domain: Domain) => domain.installation === installation.id;
  const [recorded, custom] = [store.rows.domains.filter(isOwn), store.rows.customDomains.filter(isOwn)];
  const served = hosts.map(({ host }) => host).sort();
  const expected = recorded.map(({ host }) => host).sort();
  const faults = served.join() === expected.join() ? [] : [`served are ${served.join()}, on record ${expected.join()}`];
  if (!deployment) return faults;
  const wanted = [...new Set([...deployment.spec.routes, ...custom].map(({ host }) => host))].sort();
  if (served.join() !== wanted.join()) faults.push(`served are ${served.join()}, wanted ${wanted.join()}`);
  for (const service of servicesOf(deployment.spec)) {
    const states = [...docker.containers.values()].map((container) => container.state());
    const container = containerOf(deployment.id, service, states);
    if (service.kind === "init") continue;
    if (container?.status !== "running") faults.push(`${service.name} of ${deployment.id} does not run`);
    if (service.kind === "web") faults.push(...faultsOfTraffic({ caddy, docker, store }, deployment, service));
  }
  return faults;
}

/** Backups that nobody makes any more, and files that belong to none. */
function faultsOfBackups({ store, backupTools }: FakeWorld): readonly string[] {
  const { backups, restores } = store.rows.backup;
  const open = [...backups.values(), ...restores.values()].filter(({ finishedAt }) => finishedAt === null);
  const kept = [...backups.values()].filter(({ status, removedAt }) => status === "done" && removedAt === null);
  return [
    ...open.map(({ id, status }) => `backup or restore ${id} is still ${status}`),
    ...[...backupTools.unfinished].map((folder) => `something is left in ${folder}`),
    ...differences(
      "folder of a backup",
      [...backupTools.stored.keys()],
      kept.map(({ folder }) => folder),
    ),
  ];
}

/** Containers, networks and images that no row accounts for, and those that are missing. */
function inDocker({ docker, store }: FakeWorld, lives: readonly Live[]): readonly string[] {
  const specs = lives.flatMap(({ deployment }) => (deployment ? [deployment] : []));
  const containers = specs.flatMap(({ id, installationId, spec }) =>
    servicesOf(spec).flatMap((service) =>
      service.kind === "init" && service.keptFrom !== null
        ? []
        : replicaNumbers(wantedOf(store, installationId, service)).map((replica) =>
            containerName(docker.instance, makerOf(service, { id }), service.name, replica),
          ),
    ),
  );
  const networks = specs.flatMap(({ id, installationId, spec }) => [
    runsAlone(servicesOf(spec)) ? soloNetworkName(docker.instance, installationId) : networkName(docker.instance, id),
    ...(servicesOf(spec).some(isStateful) ? [lastingNetworkName(docker.instance, installationId)] : []),
  ]);
  const tags = [...docker.images.values()].flatMap((image) => [...image.tags]);
  const madeBy = tags.flatMap((tag) => /^baton-\w+\/p.*:d(\d+)$/.exec(tag)?.[1] ?? []);
  const kept = [...store.rows.deployments.values()].filter((row) => specOf(row) && "readyAt" in row && row.readyAt);
  return [
    ...differences(
      "container",
      [...docker.containers.values()].map(({ request }) => request.name),
      containers,
    ),
    ...differences("network", [...docker.networks.keys()], networks),
    ...madeBy.filter((id) => !kept.some((row) => String(row.id) === id)).map((id) => `an image of ${id} is left`),
  ];
}

/**
 * A pushed branch must point to the last of its versions that became ready, because the next push is compared with it.
 */
async function faultsOfBranches({ store, repositories }: FakeWorld): Promise<readonly string[]> {
  const wanted = new Map<string, { readonly row: Deployment; readonly ref: string; readonly commit: string }>();
  for (const row of [...store.rows.deployments.values()].sort((a, b) => a.id - b.id)) {
    const spec = specOf(row);
    if (row.trigger !== "push" || row.ref === null || !spec || !("readyAt" in row && row.readyAt)) continue;
    wanted.set(`${row.installationId} ${row.ref}`, { row, ref: row.ref, commit: spec.commit });
  }
  const faults = [...wanted.values()].map(async ({ row, ref, commit }) => {
    const installation = store.rows.installations.get(row.installationId);
    const branches = installation && (await repositories.branches(installation.productId));
    const isThere = !branches || branches.get(ref) === commit;
    return isThere ? [] : [`${ref} is not at the commit of deployment ${row.id}`];
  });
  return (await Promise.all(faults)).flat();
}

/** Faults in the proxy's folders, the leases and the commits. */
async function inRecords(world: FakeWorld, lives: readonly Live[]): Promise<readonly string[]> {
  const { caddy, store, repositories, mountFiles } = world;
  const specs = lives.flatMap(({ deployment }) => (deployment ? [deployment] : []));
  const folders = [...(await caddy.listFolders()).values()].flat();
  const current = await Promise.all(lives.map(({ installation }) => caddy.current(installation.id)));
  const holders = await store.leases.holders();
  const commits = await Promise.all((await repositories.listRepositories()).map((id) => repositories.keptCommits(id)));
  const owners = [...mountFiles.files.keys()].map((path) => Number(path.split("/")[2]));
  const makers = new Set<number>(specs.flatMap(({ id, spec }) => servicesOf(spec).map((one) => makerOf(one, { id }))));
  const routed = specs.filter(({ spec }) => spec.routes.length > 0).map(({ id }) => String(id));
  return [
    ...differences("folder", folders.map(String), routed),
    ...differences("switch", current.filter((one) => typeof one === "number").map(String), routed),
    ...differences(
      "lease",
      holders.map(String),
      specs.map(({ id }) => String(id)),
    ),
    ...commits.flat().flatMap((id) => (store.rows.deployments.has(id) ? [] : [`a commit is kept for ${id}`])),
    ...owners.filter((id) => !makers.has(id)).map((id) => `files of ${id} are left`),
  ];
}

function differences(what: string, found: readonly string[], wanted: readonly string[]): readonly string[] {
  return [
    ...found.filter((one) => !wanted.includes(one)).map((one) => `a ${what} is left: ${one}`),
    ...wanted.filter((one) => !found.includes(one)).map((one) => `a ${what} is missing: ${one}`),
  ];
}
