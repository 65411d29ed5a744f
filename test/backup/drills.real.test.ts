import { mkdtemp, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTurns } from "../../server/async/turns.ts";
import { createBackupTools } from "../../server/backup/backup-tools.ts";
import { systemClock } from "../../server/boot/system-clock.ts";
import { backUp } from "../../server/commands/backups/back-up.ts";
import { tryRestore } from "../../server/commands/backups/try-restore.ts";
import { createContainerAccess } from "../../server/docker/access/container-access.ts";
import { plainContainer, type ServiceSpec } from "../../server/model/deployment/spec.ts";
import type { ContainerId, InstallationId } from "../../server/model/names/ids.ts";
import { containerRequest, volumeName } from "../../server/pipeline/containers/container-request.ts";
import { createBackupKeeper } from "../../server/reconciler/backups/backup-keeper.ts";
import { createDrillContainer, findDrillSubject } from "../../server/reconciler/backups/drill-container.ts";
import { freeSubnet } from "../docker/free-subnet.ts";
import { createScratchEngine, never, type ScratchEngine } from "../docker/scratch-engine.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";
import { createFakeOwnBackups } from "../fakes/fake-own-backups.ts";
import { createFakeRepositories } from "../fakes/fake-repositories.ts";
import { createFakeMountFiles } from "../fakes/host/fake-host.ts";
import { createFakeStore } from "../fakes/store/fake-store.ts";
import { aService } from "../model/a-deployment.ts";
import { createSamples, sampleSpec } from "../web/samples.ts";
import { databaseImage, servers } from "./database-image.ts";

let scratch: ScratchEngine;
let scene: Awaited<ReturnType<typeof createScene>>;
let folder: string;

beforeAll(async () => {
  scratch = await createScratchEngine();
  folder = await mkdtemp(join(tmpdir(), "baton-drills-"));
  scene = await createScene();
});
afterAll(async () => {
  await scene?.keeper.stop();
  await scratch?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Succeeds when the data is there, and the service is asked on the loopback address. */
const orders = {
  ...{ isDisabled: false, intervalMs: null, timeoutMs: 5_000, retries: null, startPeriodMs: null },
  test: ["CMD-SHELL", "psql -h 127.0.0.1 -U app -d shop -c 'select 1/count(*) from orders'"],
};

/** A live version with a Postgres server and a service with files, on the real daemon. */
async function createScene() {
  const { engine, instance } = scratch;
  const image = await databaseImage(engine, `baton-${instance}/databases:1`, never);
  const clock = createFakeClock();
  const store = createFakeStore(clock);
  const { installation } = await createSamples(store, clock).product("shop");
  const live = createSamples(store, clock).live(installation);
  const limits = { memoryBytes: 512 * 1024 * 1024, pids: 256, cpus: null };
  const { user, command, environment, folder: path } = servers.postgres;
  const mounts = (volume: string, path: string) => [{ type: "volume", volume, path, readOnly: false } as const];
  const services = [
    aService({
      ...{ name: "db", kind: "tcp", image, command, environment, limits, pulledAs: "postgres:15" },
      container: { ...plainContainer, user, mounts: mounts("pg", path), healthcheck: orders },
    }),
    aService({
      ...{ name: "files", kind: "worker", image, command: ["sleep", "600"], limits },
      container: { ...plainContainer, mounts: mounts("uploads", "/data/redis") },
    }),
  ];
  const spec = { ...sampleSpec("shop"), stacks: [{ name: "shop", services }] };
  store.put({ ...live, spec });
  const owner = { product: installation.productId, installation: installation.id, deployment: live.id };
  const network = `baton-${instance}-d${live.id}`;
  await engine.createNetwork({ name: network, subnet: await freeSubnet(engine), owner }, never);
  const run = async (service: ServiceSpec, volume: string, path: string) => {
    const name = volumeName(instance, installation.id, "shop", volume);
    await engine.createVolume({ name, owner, filledBy: null }, never);
    const placed = { instance, network, hostAddress: null };
    const mounted = [{ type: "volume", volume: name, path, readOnly: false, startsEmpty: false } as const];
    const id = await engine.createContainer(
      containerRequest({ owner, spec, service }, { ...placed, mounts: mounted }),
      never,
    );
    await engine.startContainer(id, never);
    return id;
  };
  const [db, files] = services as [ServiceSpec, ServiceSpec];
  const containers = { db: await run(db, "pg", path), files: await run(files, "uploads", "/data/redis") };
  const access = createContainerAccess({ instance, socket: process.env.DOCKER_HOST });
  const backupTools = createBackupTools({ access, clock: systemClock, ownFolder: folder });
  const disk = { folder: "/", freeBytes: 1e12, totalBytes: 1e12 };
  const needs = {
    ...{
      instance,
      engine,
      store,
      backupTools,
      ownBackups: createFakeOwnBackups(),
      clock: systemClock,
      limits: { minFreeBytes: null },
    },
    ...{ git: createFakeRepositories(), mountFiles: createFakeMountFiles(), wakeReconciler: () => {} },
    machine: { disk: async () => disk, diskOf: async () => disk },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    dataTurns: createTurns<InstallationId>(),
  };
  const adapters = { store, clock: systemClock, wakeBackups: () => keeper.wake() };
  const keeper = createBackupKeeper(needs);
  return { store, installation: installation.id as InstallationId, containers, access, needs, adapters, keeper };
}

async function ask(id: ContainerId, ...command: readonly string[]) {
  return (await text(Readable.from(scene.access.run(id, { command }, never)))).trim();
}

async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === 450) throw error;
      await delay(200);
    }
  }
}

async function backedUp(service: string) {
  await backUp(scene.adapters, { installation: scene.installation, service, by: "Ada" });
  return eventually(async () => {
    const [backup] = await scene.store.backups.list({ installation: scene.installation, service });
    expect(backup?.finishedAt).not.toBeNull();
    expect(backup?.failure).toBeNull();
    return backup;
  });
}

async function drill(service: string) {
  await tryRestore(scene.adapters, scene.installation, { service, by: "Ada" });
  return eventually(async () => {
    const [newest] = await scene.store.backups.drills({ installation: scene.installation });
    expect(newest?.finishedAt).not.toBeNull();
    return newest;
  });
}

const leftOver = async () => {
  const containers = await scratch.engine.listContainers({ all: true }, never);
  const volumes = await scratch.engine.listVolumes(never);
  return [
    ...containers.filter(({ service }) => /^[.@]/.test(service)).map(({ name }) => name),
    ...volumes.filter((name) => name.includes("drill")),
  ];
};
const sql = (query: string) =>
  ask(scene.containers.db, "psql", "-X", "-A", "-t", "-q", "-U", "app", "-d", "shop", "-c", query);

describe("a restore drill", () => {
  it("restores a database into one without a network, counts what came back, and leaves nothing", async () => {
    await eventually(() => sql("select 1"));
    await sql("create role reader; create table orders (id int primary key, who text); create table notes (text text)");
    await sql("grant select on orders to reader; insert into orders select n, 'Ada' from generate_series(1, 5000) n");
    scene.keeper.start();
    await backedUp("db");
    await sql("delete from orders");
    const going = drill("db");
    const { network, state } = await eventually(async () => {
      const all = await scratch.engine.listContainers({ all: true }, never);
      const found = all.find(({ service }) => service === "@drill");
      if (found?.status !== "running") throw new Error("it does not run yet");
      return { network: await ask(found.id, "cat", "/proc/net/dev"), state: found };
    });
    expect(network.match(/^\s*\w+:/gm)?.map((name) => name.trim())).toEqual(["lo:"]);
    expect(state).toMatchObject({ keepsData: false, hostAddress: null, memoryLimitBytes: 512 * 1024 * 1024 });
    expect(state.ownVolumes).toEqual([servers.postgres.folder]);
    expect(await going).toMatchObject({
      ...{ status: "done", isHealthy: true, facts: { tables: 2, rows: 5000, isEstimate: false } },
    });
    expect(await leftOver()).toEqual([]);
    expect(await sql("select count(*) from orders")).toBe("0");
  });

  it("fails when the service's own health check does, although all tables came back", async () => {
    await backedUp("db");
    const found = await drill("db");
    expect(found?.failure).toMatch(/^The service's own health check does not succeed in it: .*division by zero/s);
    expect(found).toMatchObject({ status: "failed", isHealthy: false });
    expect(await leftOver()).toEqual([]);
  });

  it("unpacks a volume and counts its files", async () => {
    await ask(
      scene.containers.files,
      "sh",
      "-c",
      "cd /data/redis; mkdir -p a; for n in 1 2 3; do echo $n > a/$n; done",
    );
    await backedUp("files");
    await ask(scene.containers.files, "rm", "-r", "/data/redis/a");
    expect(await drill("files")).toMatchObject({ status: "done", facts: { tables: 3, rows: null } });
    expect(await leftOver()).toEqual([]);
  });

  it("finds a backup that is damaged, with the reason", async () => {
    const backup = await backedUp("db");
    await truncate(join(folder, backup?.folder ?? "", "shop.pgdump.gz"), 300);
    const found = await drill("db");
    expect(found?.status).toBe("failed");
    expect(found?.failure).not.toBe("");
    expect(await leftOver()).toEqual([]);
  });

  it("that a crash left behind is removed by the next Baton", async () => {
    await scene.keeper.stop();
    const [backup] = await scene.store.backups.list({ installation: scene.installation, service: "files", kept: true });
    if (!backup) throw new Error("there is none");
    const left = await findDrillSubject(scene.needs, backup);
    if (!left) throw new Error("there is no such service");
    await createDrillContainer({ ...scene.needs, signal: never }, left);
    expect(await leftOver()).toHaveLength(2);
    const next = createBackupKeeper(scene.needs);
    next.start();
    await eventually(async () => expect(await leftOver()).toEqual([]));
    await next.stop();
  });
});
