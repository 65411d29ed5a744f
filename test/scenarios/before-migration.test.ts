import { describe, expect, test } from "vitest";
import { type Backup, type MigrationBackup, usualPlan } from "../../server/model/backup.ts";
import type { DeploymentId } from "../../server/model/names/ids.ts";
import { EngineUnavailable } from "../../server/ports/engine/engine.ts";
import type { FakeWorld } from "../fakes/fake-world.ts";
import { comeToRest, faultsAtRest } from "./at-rest.ts";
import { migrating } from "./products.ts";
import { type Scene, withLive } from "./scene.ts";

const changed = { prints: ["another version"] };
const backups = (world: FakeWorld) => [...world.store.rows.backup.backups.values()];
const dataOf = (world: FakeWorld, { folder }: Pick<Backup, "folder">) => world.backupTools.stored.get(folder)?.data;

async function setting(world: FakeWorld, beforeMigration: MigrationBackup): Promise<void> {
  const { installation } = await world.product("shop");
  await world.store.backups.setPlan(installation.id, { ...usualPlan, beforeMigration });
}

/** A live product whose database holds "old" until its init service runs again. */
async function withData(): Promise<Scene> {
  const scene = await withLive(migrating());
  scene.world.backupTools.data.set("db", "old");
  scene.world.faults.before("failpoint.initialised", () => scene.world.backupTools.data.set("db", "migrated"));
  return scene;
}

const newest = (world: FakeWorld) => [...world.store.rows.deployments.keys()].at(-1) ?? (0 as never);

/** The init service of a version never ran. */
async function didNotMigrate(world: FakeWorld, id: DeploymentId): Promise<void> {
  expect(await world.log(id)).not.toContain("Running prepare");
  world.faults.heal();
}

describe("before a migration", () => {
  test("a database is backed up while the old version serves, and the deployment says so", async () => {
    const { world, first, users, end, wrong } = await withData();
    world.backupTools.onDump = () => world.pass(4_000);
    const id = await world.push("shop", migrating(changed));
    expect(await end(id)).toMatchObject({ status: "ready" });
    expect(backups(world)).toMatchObject([
      { service: "db", reason: "before-migration", status: "done", madeForId: id, deploymentId: first },
    ]);
    expect(backups(world).map((one) => dataOf(world, one))).toEqual(["old"]);
    expect(world.backupTools.data.get("db")).toBe("migrated");
    const log = await world.log(id);
    expect(log).toMatch(/The data of db was backed up before the migration: 3 B in 4 s/);
    expect(log).toMatch(/The data of wiki was not backed up before the migration: it would be frozen meanwhile/);
    expect(log.indexOf("was backed up")).toBeLessThan(log.indexOf("Running prepare"));
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, id]);
  });

  test("nothing is backed up for the first version, nor when no init service runs again", async () => {
    const { world, first, end, wrong } = await withData();
    expect(await world.log(first)).not.toContain("before the migration");
    world.faults.heal();
    const { installation } = await world.product("shop");
    await world.store.installations.changeVariables(installation.id, { COLOUR: "red" }, []);
    const answer = await world.ask((commands) => commands.applyChanges(installation.id, "ada"));
    if (answer.type !== "queued") throw new Error(answer.message);
    await end(answer.deployment.id);
    expect(await world.log(answer.deployment.id)).not.toContain("before the migration");
    expect(backups(world)).toEqual([]);
    expect(await wrong()).toEqual([]);
  });

  test.each([
    { beforeMigration: "always", services: ["db", "wiki"], says: "Data was backed up before the migration" },
    { beforeMigration: "never", services: [], says: "The data of db and wiki was not backed up before the migration" },
  ] as const)("the setting “$beforeMigration” decides", async ({ beforeMigration, services, says }) => {
    const { world, end, wrong } = await withData();
    await setting(world, beforeMigration);
    const id = await world.push("shop", migrating(changed));
    await end(id);
    expect(backups(world).map(({ service }) => service)).toEqual(services);
    expect(await world.log(id)).toContain(says);
    expect(await wrong()).toEqual([]);
  });

  test("a database whose last backup took a minute is left out by itself, and of a setting the last three stay", async () => {
    const { world, end, wrong } = await withData();
    world.backupTools.onDump = () => world.pass(60_000);
    await end(await world.push("shop", migrating(changed)));
    const id = await world.push("shop", migrating({ prints: ["3"] }));
    await end(id);
    expect(await world.log(id)).toContain(
      "The data of db was not backed up before the migration: its last backup took 60 s",
    );
    await setting(world, "always");
    world.backupTools.onDump = () => {};
    for (const text of ["4", "5", "6"]) await end(await world.push("shop", migrating({ prints: [text] })));
    const kept = backups(world).filter(({ removedAt }) => removedAt === null);
    expect(kept.map(({ service }) => service).sort()).toEqual(["db", "db", "db", "wiki", "wiki", "wiki"]);
    expect(await wrong()).toEqual([]);
  });

  test("a backup that fails fails the deployment, before anything was touched", async () => {
    const { world, first, users, end, wrong } = await withData();
    world.backupTools.onDump = () => {
      throw new Error("pg_dump: error: could not open the file\npg_dump: error: the disk is full.");
    };
    const id = await world.push("shop", migrating(changed));
    expect(await end(id)).toMatchObject({
      status: "failed",
      failure: {
        ...{ stage: "init", service: "db" },
        message: "the data of db could not be backed up before the migration: pg_dump: error: the disk is full",
        hint: expect.stringContaining("“back up nothing” before a migration"),
      },
    });
    expect(backups(world)).toMatchObject([{ status: "failed", madeForId: id }]);
    await didNotMigrate(world, id);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first]);
  });

  test("a backup that fails says so without secrets, neither those of before nor those of now", async () => {
    const { world, first, end, wrong } = await withData();
    const { installationId } = await world.deployment(first);
    const set = (value: string) => world.store.installations.changeVariables(installationId, { PGPASSWORD: value }, []);
    await set("canary-of-before");
    await end(await world.push("shop", migrating({ prints: ["with a password"] })));
    await set("canary-of-now");
    world.backupTools.onDump = () => {
      throw new Error("pg_dump: error: query failed: ALTER ROLE shop PASSWORD 'canary-of-before'");
    };
    const id = await world.push("shop", migrating(changed));
    const hidden = "query failed: ALTER ROLE shop PASSWORD '[hidden: PGPASSWORD]'";
    expect((await end(id)) as object).toMatchObject({ failure: { message: expect.stringContaining(hidden) } });
    const failed = backups(world).find(({ madeForId }) => madeForId === id);
    expect(failed?.failure).toBe(`pg_dump: error: ${hidden}`);
    expect(`${await world.log(id)} ${world.serverLog.join(" ")}`).not.toContain("canary");
    expect(await wrong()).toEqual([]);
  });

  test("a backup that stands still for five minutes has failed", async () => {
    const { world, end, wrong } = await withData();
    world.backupTools.onDump = (_, signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const id = await world.push("shop", migrating(changed));
    expect(await end(id)).toMatchObject({
      failure: { message: expect.stringContaining("before the migration: No data came for five minutes") },
    });
    await didNotMigrate(world, id);
    expect(await wrong()).toEqual([]);
  });

  test("Docker's absence is waited for, and the backup made anew", async () => {
    const { world, end, wrong } = await withData();
    let tries = 0;
    world.backupTools.onDump = () => {
      tries += 1;
      if (tries === 1) throw new EngineUnavailable("The connection to Docker was lost.");
    };
    const id = await world.push("shop", migrating(changed));
    expect(await end(id)).toMatchObject({ status: "ready" });
    expect(await world.log(id)).toContain("Docker is back");
    expect(backups(world)).toMatchObject([{ status: "done" }]);
    expect(await wrong()).toEqual([]);
  });

  test("a backup that is being made of the product is waited for", async () => {
    const { world, end, wrong } = await withData();
    const { installation } = await world.product("shop");
    world.backupTools.onDump = () => world.pass(30_000);
    await world.ask((commands) => commands.backUp({ installation: installation.id, service: "db", by: "ada" }));
    const id = await world.push("shop", migrating(changed));
    await end(id);
    expect(await world.log(id)).toContain("Waiting for a backup or a restore of this product to end");
    const [byHand, before] = backups(world);
    expect(before?.startedAt?.getTime()).toBeGreaterThanOrEqual(
      byHand?.finishedAt?.getTime() ?? Number.POSITIVE_INFINITY,
    );
    expect(await wrong()).toEqual([]);
  });

  test("after a stop, the database is backed up in its new container", async () => {
    const { world, first, end } = await withData();
    const { installation } = await world.product("shop");
    await world.ask((commands) => commands.stop(installation.id, "ada"));
    await comeToRest(world);
    await world.pass(60_000);
    const id = await world.push("shop", migrating(changed));
    expect(await end(id)).toMatchObject({ status: "ready" });
    expect(backups(world)).toMatchObject([{ service: "db", status: "done", deploymentId: id }]);
    expect(backups(world).map((one) => dataOf(world, one))).toEqual(["old"]);
    expect(await world.status(first)).toBe("stopped");
    expect(await faultsAtRest(world)).toEqual([]);
  });
});

const calls = [
  "store.backups.plan",
  "store.backups.request",
  "backupTools.dump",
  "store.backups.finish",
  "failpoint.backed-up",
] as const;
const moments = calls.flatMap((call) => [
  { call, moment: "before" as const },
  { call, moment: "after" as const },
]);

describe.each(moments)("a server that dies $moment $call", ({ call, moment }) => {
  test("leaves one backup of the old data, and goes on", async () => {
    const { world, first, users, end, wrong } = await withData();
    world.faults.kill(call, moment);
    const id = await world.push("shop", migrating(changed));
    expect(await end(id)).toMatchObject({ status: "ready" });
    expect(backups(world)).toMatchObject([{ status: "done", madeForId: id }]);
    expect(backups(world).map((one) => dataOf(world, one))).toEqual(["old"]);
    expect(world.starts).toBe(2);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, id]);
  });

  test("with a wish to cancel leaves nothing that is not whole", async () => {
    const { world, first, users, wrong } = await withData();
    world.faults.before(call, async () => {
      await world.store.deployments.requestCancel(newest(world), world.clock.now());
    });
    world.faults.kill(call, moment);
    const id = await world.push("shop", migrating(changed));
    await comeToRest(world);
    expect(await world.deployment(id)).toMatchObject({ status: "stopped", reason: "cancelled" });
    await didNotMigrate(world, id);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first]);
  });
});

test("a server that dies in the middle of a backup takes it anew, and one that is cancelled leaves nothing", async () => {
  for (const isCancelled of [false, true]) {
    const { world, first, users, wrong } = await withData();
    let dumps = 0;
    world.backupTools.onDump = async (_, signal) => {
      dumps += 1;
      if (dumps > 1) return;
      if (isCancelled) {
        await world.store.deployments.requestCancel(newest(world), world.clock.now());
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      }
      world.crash();
      return new Promise(() => {});
    };
    const id = await world.push("shop", migrating(changed));
    await comeToRest(world);
    expect((await world.deployment(id)).status).toBe(isCancelled ? "stopped" : "ready");
    expect(backups(world).map(({ status }) => status)).toEqual(isCancelled ? [] : ["done"]);
    world.faults.heal();
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual(isCancelled ? [first] : [first, id]);
  }
});
