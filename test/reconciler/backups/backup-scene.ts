import { inspect } from "node:util";
import { createTurns } from "../../../server/async/turns.ts";
import { plainContainer } from "../../../server/model/deployment/spec.ts";
import type { ContainerId } from "../../../server/model/names/ids.ts";
import type { OwnBackupSchedule } from "../../../server/model/own-backup.ts";
import type { Installation } from "../../../server/model/product.ts";
import type { ContainerRequest, ContainerState } from "../../../server/ports/engine/containers.ts";
import type { Engine } from "../../../server/ports/engine/engine.ts";
import { createBackupKeeper } from "../../../server/reconciler/backups/backup-keeper.ts";
import { createFakeBackupTools } from "../../fakes/fake-backup-tools.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createFakeEngine } from "../../fakes/fake-engine.ts";
import { createFakeOwnBackups } from "../../fakes/fake-own-backups.ts";
import { createFakeRepositories } from "../../fakes/fake-repositories.ts";
import { createFakeMountFiles } from "../../fakes/host/fake-host.ts";
import { createFakeStore } from "../../fakes/store/fake-store.ts";
import { aService } from "../../model/a-deployment.ts";
import { aContainer } from "../../ports/a-container.ts";
import { createSamples, sampleSpec } from "../../web/samples.ts";

/** The value of a secret variable of the live version. */
export const secretOfScene = "correct-horse-battery";

export async function createScene(schedule: OwnBackupSchedule | null = null) {
  /** What happened to containers and volumes, in order. */
  const happened: string[] = [];
  const clock = createFakeClock();
  const disk = { folder: "/var/lib/docker", freeBytes: 40 * 1024 ** 3, totalBytes: 100 * 1024 ** 3 };
  const store = createFakeStore(clock);
  const backupTools = createFakeBackupTools();
  const ownBackups = createFakeOwnBackups(schedule);
  const samples = createSamples(store, clock);
  const { installation } = await samples.product("shop");
  const live = samples.live(installation);
  const mounts = (volume: string) => [{ type: "volume", volume, path: "/data", readOnly: false } as const];
  const services = [
    aService({
      name: "db",
      kind: "tcp",
      pulledAs: "postgres:16",
      container: { ...plainContainer, mounts: mounts("pg") },
    }),
    aService({ name: "files", kind: "web", container: { ...plainContainer, mounts: mounts("uploads") } }),
  ];
  const variables = { PGPASSWORD: secretOfScene };
  store.put({ ...live, spec: { ...sampleSpec("shop"), stacks: [{ name: "shop", services }], variables } });
  const owner = { product: installation.productId, installation: installation.id, deployment: live.id };
  const fake = createFakeEngine();
  const requests: ContainerRequest[] = [];
  fake.containers.push(
    ...services.map(({ name, kind }, at) =>
      aContainer({ id: String(at).repeat(64) as ContainerId, owner, service: name, kind }),
    ),
  );
  const note = (what: string) => async (name: unknown) =>
    void happened.push(`${what} ${nameOf(fake.containers, name)}`);
  const engine: Engine = {
    ...fake,
    machine: async (signal) => ({ ...(await fake.machine(signal)), dataFolder: disk.folder }),
    stopContainer: note("stop"),
    async removeContainer(id) {
      await note("remove")(id);
      // The services' own are started again at once, as by the reconciler.
      const at = fake.containers.findIndex((one) => one.id === id && one.service === "@drill");
      if (at !== -1) fake.containers.splice(at, 1);
    },
    async createContainer(request) {
      requests.push(request);
      const { name, owner, service, kind } = request;
      const id = String(requests.length).padStart(64, "d") as ContainerId;
      fake.containers.push(aContainer({ id, name, owner, service, kind, status: "created" }));
      return id;
    },
    async startContainer(id) {
      const at = fake.containers.findIndex((one) => one.id === id);
      fake.containers[at] = { ...(fake.containers[at] as ContainerState), status: "running" };
    },
    listeningPorts: async () => [{ port: 5432, loopbackOnly: false }],
    removeVolume: note("remove volume"),
    createVolume: note("create volume"),
  };
  /** Everything that goes to Baton's log, with the errors' stacks and causes. */
  const logged: string[] = [];
  const write = (facts: object, message: string) => void logged.push(`${message} ${inspect(facts)}`);
  const log = { debug: write, info: write, warn: write, error: write };
  const wakeBackups = () => keeper.wake();
  const adapters = { store, clock, backupTools, wakeBackups };
  const keeper = createBackupKeeper({
    ...{ instance: store.instance, engine, store, clock, log, backupTools, ownBackups, limits: { minFreeBytes: null } },
    ...{ git: createFakeRepositories(), mountFiles: createFakeMountFiles() },
    dataTurns: createTurns(),
    machine: { disk: async () => disk, diskOf: async () => disk },
    wakeReconciler: () => void happened.push("reconcile"),
  });
  return {
    ...{ happened, requests, logged, engine: fake, disk },
    clock,
    store,
    backupTools,
    ownBackups,
    installation: (await store.installations.get(installation.id)) as Installation,
    keeper,
    adapters,
  };
}

function nameOf(containers: readonly ContainerState[], what: unknown): string {
  if (typeof what === "object" && what && "name" in what) return String(what.name);
  return containers.find(({ id }) => id === what)?.service ?? String(what);
}

/** When everything waits for the clock. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 500; turns++) await Promise.resolve();
}
