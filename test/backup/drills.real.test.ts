import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainContainer } from "../../server/model/deployment/spec.ts";
import { createBackupKeeper } from "../../server/reconciler/backups/backup-keeper.ts";
import { createDrillContainer, findDrillSubject } from "../../server/reconciler/backups/drill-container.ts";
import { never } from "../docker/scratch-engine.ts";
import { aService } from "../model/a-deployment.ts";
import { servers } from "./database-image.ts";
import { createDrillScene, type DrillScene } from "./drill-scene.ts";
import { eventually } from "./running-databases.ts";

/** Succeeds when the data is there, and the service is asked on the loopback address. */
const orders = {
  ...{ isDisabled: false, intervalMs: null, timeoutMs: 5_000, retries: null, startPeriodMs: null },
  test: ["CMD-SHELL", "psql -h 127.0.0.1 -U app -d shop -c 'select 1/count(*) from orders'"],
};

const limits = { memoryBytes: 512 * 1024 * 1024, pids: 256, cpus: null };
const { user, command, environment, folder: path } = servers.postgres;
const mounts = (volume: string, path: string) => [{ type: "volume", volume, path, readOnly: false } as const];

let scene: DrillScene;
beforeAll(async () => {
  scene = await createDrillScene("bookworm", (image) => [
    aService({
      ...{ name: "db", kind: "tcp", image, command, environment, limits, pulledAs: "postgres:15" },
      container: { ...plainContainer, user, mounts: mounts("pg", path), healthcheck: orders },
    }),
    aService({
      ...{ name: "files", kind: "worker", image, command: ["sleep", "600"], limits },
      container: { ...plainContainer, mounts: mounts("uploads", "/data/redis") },
    }),
  ]);
});
afterAll(() => scene?.end());

const sql = (query: string) =>
  scene.ask("db", ["psql", "-X", "-A", "-t", "-q", "-U", "app", "-d", "shop", "-c", query]);

describe("a restore drill", () => {
  it("restores a database into one without a network, counts what came back, and leaves nothing", async () => {
    await eventually(() => sql("select 1"));
    await sql("create role reader; create table orders (id int primary key, who text); create table notes (text text)");
    await sql("grant select on orders to reader; insert into orders select n, 'Ada' from generate_series(1, 5000) n");
    scene.keeper.start();
    await scene.backedUp("db");
    await sql("delete from orders");
    const going = scene.drill("db");
    const { network, state } = await eventually(async () => {
      const all = await scene.engine.listContainers({ all: true }, never);
      const found = all.find(({ service }) => service === "@drill");
      if (found?.status !== "running") throw new Error("it does not run yet");
      return { network: await scene.askContainer(found.id, ["cat", "/proc/net/dev"]), state: found };
    });
    expect(network.match(/^\s*\w+:/gm)?.map((name) => name.trim())).toEqual(["lo:"]);
    expect(state).toMatchObject({ keepsData: false, hostAddress: null, memoryLimitBytes: 512 * 1024 * 1024 });
    expect(state.ownVolumes).toEqual([servers.postgres.folder]);
    expect(await going).toMatchObject({
      ...{ status: "done", isHealthy: true, facts: { tables: 2, rows: 5000, isEstimate: false } },
    });
    expect(await scene.leftOver()).toEqual([]);
    expect(await sql("select count(*) from orders")).toBe("0");
  });

  it("fails when the service's own health check does, although all tables came back", async () => {
    await scene.backedUp("db");
    const found = await scene.drill("db");
    expect(found?.failure).toMatch(/^The service's own health check does not succeed in it: .*division by zero/s);
    expect(found).toMatchObject({ status: "failed", isHealthy: false });
    expect(await scene.leftOver()).toEqual([]);
  });

  it("unpacks a volume and counts its files", async () => {
    await scene.ask("files", ["sh", "-c", "cd /data/redis; mkdir -p a; for n in 1 2 3; do echo $n > a/$n; done"]);
    await scene.backedUp("files");
    await scene.ask("files", ["rm", "-r", "/data/redis/a"]);
    expect(await scene.drill("files")).toMatchObject({ status: "done", facts: { tables: 3, rows: null } });
    expect(await scene.leftOver()).toEqual([]);
  });

  it("finds a backup that is damaged, with the reason", async () => {
    const backup = await scene.backedUp("db");
    await truncate(join(scene.folder, backup?.folder ?? "", "shop.pgdump.gz"), 300);
    const found = await scene.drill("db");
    expect(found?.status).toBe("failed");
    expect(found?.failure).not.toBe("");
    expect(await scene.leftOver()).toEqual([]);
  });

  it("that a crash left behind is removed by the next Baton", async () => {
    await scene.keeper.stop();
    const [backup] = await scene.store.backups.list({ installation: scene.installation, service: "files", kept: true });
    if (!backup) throw new Error("there is none");
    const left = await findDrillSubject(scene.needs, backup);
    if (!left) throw new Error("there is no such service");
    await createDrillContainer({ ...scene.needs, signal: never }, left);
    expect(await scene.leftOver()).toHaveLength(2);
    const next = createBackupKeeper(scene.needs);
    next.start();
    await eventually(async () => expect(await scene.leftOver()).toEqual([]));
    await next.stop();
  });
});
