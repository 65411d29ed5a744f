import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect } from "vitest";
import { createTurns } from "../../server/async/turns.ts";
import { createBackupTools } from "../../server/backup/backup-tools.ts";
import { systemClock } from "../../server/boot/system-clock.ts";
import { backUp } from "../../server/commands/backups/back-up.ts";
import { tryRestore } from "../../server/commands/backups/try-restore.ts";
import { createContainerAccess } from "../../server/docker/access/container-access.ts";
import type { ServiceSpec } from "../../server/model/deployment/spec.ts";
import type { ContainerId, ImageId, InstallationId } from "../../server/model/names/ids.ts";
import { containerRequest, volumeName } from "../../server/pipeline/containers/container-request.ts";
import type { ContainerMount } from "../../server/ports/engine/containers.ts";
import { createBackupKeeper } from "../../server/reconciler/backups/backup-keeper.ts";
import { freeSubnet } from "../docker/free-subnet.ts";
import { createScratchEngine, never } from "../docker/scratch-engine.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";
import { createFakeOwnBackups } from "../fakes/fake-own-backups.ts";
import { createFakeRepositories } from "../fakes/fake-repositories.ts";
import { createFakeMountFiles } from "../fakes/host/fake-host.ts";
import { createFakeStore } from "../fakes/store/fake-store.ts";
import { createSamples, sampleSpec } from "../web/samples.ts";
import { databaseImage, type Suite } from "./database-image.ts";
import { eventually } from "./running-databases.ts";

export type DrillScene = Awaited<ReturnType<typeof createDrillScene>>;

/** A live version whose services keep data, on the real daemon, and what backs them up and tries to restore them. */
export async function createDrillScene(suite: Suite, servicesOn: (image: ImageId) => readonly ServiceSpec[]) {
  const scratch = await createScratchEngine();
  const { engine, instance } = scratch;
  const folder = await mkdtemp(join(tmpdir(), "baton-drills-"));
  const services = servicesOn(await databaseImage(engine, `baton-${instance}/databases:1`, never, suite));
  const clock = createFakeClock();
  const store = createFakeStore(clock);
  const { installation } = await createSamples(store, clock).product("shop");
  const live = createSamples(store, clock).live(installation);
  const spec = { ...sampleSpec("shop"), stacks: [{ name: "shop", services }] };
  store.put({ ...live, spec });
  const owner = { product: installation.productId, installation: installation.id, deployment: live.id };
  const network = `baton-${instance}-d${live.id}`;
  await engine.createNetwork({ name: network, subnet: await freeSubnet(engine), owner }, never);

  async function run(service: ServiceSpec): Promise<ContainerId> {
    const mounts: ContainerMount[] = [];
    for (const mount of service.container.mounts) {
      if (mount.type === "tmpfs") mounts.push(mount);
      if (mount.type !== "volume") continue;
      const name = volumeName(instance, installation.id, "shop", mount.volume);
      await engine.createVolume({ name, owner, filledBy: null }, never);
      mounts.push({ type: "volume", volume: name, path: mount.path, readOnly: false, startsEmpty: false });
    }
    const request = containerRequest({ owner, spec, service }, { instance, network, hostAddress: null, mounts });
    const id = await engine.createContainer(request, never);
    await engine.startContainer(id, never);
    return id;
  }
  const containers = new Map<string, ContainerId>();
  for (const service of services) containers.set(service.name, await run(service));

  const access = createContainerAccess({ instance, socket: process.env.DOCKER_HOST });
  const disk = { folder: "/", freeBytes: 1e12, totalBytes: 1e12 };
  const needs = {
    ...{ instance, engine, store, clock: systemClock, limits: { minFreeBytes: null } },
    backupTools: createBackupTools({ access, clock: systemClock, ownFolder: folder }),
    ownBackups: createFakeOwnBackups(),
    ...{ git: createFakeRepositories(), mountFiles: createFakeMountFiles(), wakeReconciler: () => {} },
    machine: { disk: async () => disk, diskOf: async () => disk },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    dataTurns: createTurns<InstallationId>(),
  };
  const keeper = createBackupKeeper(needs);
  const adapters = { store, clock: systemClock, wakeBackups: () => keeper.wake() };
  const askContainer = async (
    id: ContainerId,
    command: readonly string[],
    environment: Record<string, string> = {},
  ): Promise<string> => (await text(Readable.from(access.run(id, { command, environment }, never)))).trim();

  return {
    ...{ engine, store, folder, installation: installation.id, needs, keeper, askContainer },

    /** Runs a program in the container of a service. */
    ask: (service: string, command: readonly string[], environment: Record<string, string> = {}) =>
      askContainer(containers.get(service) as ContainerId, command, environment),

    async backedUp(service: string) {
      await backUp(adapters, { installation: installation.id, service, by: "Ada" });
      return eventually(async () => {
        const [backup] = await store.backups.list({ installation: installation.id, service });
        expect(backup?.finishedAt).not.toBeNull();
        expect(backup?.failure).toBeNull();
        return backup;
      });
    },

    async drill(service: string) {
      await tryRestore(adapters, installation.id, { service, by: "Ada" });
      return eventually(async () => {
        const [newest] = await store.backups.drills({ installation: installation.id });
        expect(newest?.finishedAt).not.toBeNull();
        return newest;
      });
    },

    /** Names of what drills made and did not remove. */
    async leftOver(): Promise<readonly string[]> {
      const containers = await engine.listContainers({ all: true }, never);
      const volumes = await engine.listVolumes(never);
      return [
        ...containers.filter(({ service }) => /^[.@]/.test(service)).map(({ name }) => name),
        ...volumes.filter((name) => name.includes("drill")),
      ];
    },

    async end() {
      await keeper.stop();
      await scratch[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
