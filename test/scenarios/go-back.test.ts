import { describe, expect, test } from "vitest";
import { usualPlan } from "../../server/model/backup.ts";
import type { DeploymentId } from "../../server/model/names/ids.ts";
import { EngineUnavailable } from "../../server/ports/engine/engine.ts";
import type { FakeWorld } from "../fakes/fake-world.ts";
import { comeToRest } from "./at-rest.ts";
import { migrating } from "./products.ts";
import { type Scene, withLive } from "./scene.ts";

const never = new AbortController().signal;
const rowsOf = (world: FakeWorld) => [...world.store.rows.backup.backups.values()];
const restoresOf = (world: FakeWorld) => [...world.store.rows.backup.restores.values()];
const newest = (world: FakeWorld) => [...world.store.rows.deployments.keys()].at(-1) ?? (0 as never);

interface Migrated extends Scene {
  readonly second: DeploymentId;
  readonly data: Map<string, string>;
}

/**
 * A product whose second version has migrated the data of the first, "old", and has written more to it since. The
 * second's own backups hold "old".
 */
async function migrated({ volumes = false } = {}): Promise<Migrated> {
  const scene = await withLive(migrating());
  const { world } = scene;
  const { data } = world.backupTools;
  if (volumes) {
    const { installation } = await world.product("shop");
    await world.store.backups.setPlan(installation.id, { ...usualPlan, beforeMigration: "always" });
  }
  for (const service of ["db", "wiki"]) data.set(service, "old");
  const second = await world.push("shop", migrating({ prints: ["2"] }));
  await scene.end(second);
  for (const service of ["db", "wiki"]) data.set(service, "new and more");
  return { ...scene, second, data };
}

async function goBack(world: FakeWorld, to: DeploymentId): Promise<DeploymentId> {
  const source = await world.deployment(to);
  const answer = await world.ask((commands) => commands.goBack(source, "then", "ada", never));
  if (answer.type !== "queued") throw new Error(answer.message);
  return answer.deployment.id;
}

async function waits(world: FakeWorld): Promise<readonly string[]> {
  return [...world.caddy.hosts.values()].flatMap(({ service, waits }) => (waits ? [service] : []));
}

describe("going back with the data", () => {
  test("makes the former version live with the data that it last ran on, and keeps that of now", async () => {
    const { world, first, second, users, data, end, wrong } = await migrated();
    const id = await goBack(world, first);
    expect(await end(id)).toMatchObject({ status: "ready", dataBefore: second, trigger: "rollback" });
    expect([data.get("db"), data.get("wiki")]).toEqual(["old", "new and more"]);
    const safety = rowsOf(world).find(({ madeForId }) => madeForId === id);
    expect(safety).toMatchObject({ reason: "before-restore", status: "done", service: "db" });
    expect(world.backupTools.stored.get(safety?.folder ?? "")?.data).toBe("new and more");
    expect(restoresOf(world)).toMatchObject([{ status: "done", deploymentId: id, safetyBackupId: safety?.id }]);
    expect(await world.log(id)).toMatch(/requests wait meanwhile[\s\S]*Stopping site[\s\S]*Restored the data of db/);
    expect(await waits(world)).toEqual(["wiki"]);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, second, id]);
  });

  test("brings back files, too, and the version that was left can be gone back to again", async () => {
    const { world, first, second, data, end, wrong } = await migrated({ volumes: true });
    const back = await goBack(world, first);
    expect(await end(back)).toMatchObject({ status: "ready" });
    expect([data.get("db"), data.get("wiki")]).toEqual(["old", "old"]);
    data.set("db", "old and more");
    const forth = await goBack(world, second);
    expect(await end(forth)).toMatchObject({ status: "ready", dataBefore: back });
    expect([data.get("db"), data.get("wiki")]).toEqual(["new and more", "new and more"]);
    expect(await wrong()).toEqual([]);
  });

  test("is refused when the backup was removed, when nothing changed the data since, and while a restore waits", async () => {
    const { world, first, second, wrong } = await migrated();
    await expect(goBack(world, second)).rejects.toThrow("no version after deployment 2 has changed the data");
    const [backup] = rowsOf(world);
    if (!backup) throw new Error("there is none");
    await world.store.backups.removed(backup.id, world.clock.now());
    await expect(goBack(world, first)).rejects.toThrow(
      "the backup that was made before #2 changed it has been removed",
    );
    world.store.rows.backup.backups.set(backup.id, backup);
    world.backupTools.onDump = () => world.pass(5_000);
    await world.ask((commands) => commands.restoreBackup(backup.id, { into: "same", by: "ada" }));
    await expect(goBack(world, first)).rejects.toThrow("a restore of this product is not finished yet");
    await world.pass(30_000);
    expect(await wrong()).toEqual([]);
  });

  test("keeps its backups from being restored or removed by somebody else meanwhile", async () => {
    const { world, first, end, wrong } = await migrated();
    const id = await goBack(world, first);
    const [backup] = rowsOf(world);
    if (!backup) throw new Error("there is none");
    const restore = await world.ask((commands) => commands.restoreBackup(backup.id, { into: "same", by: "ada" }));
    expect(restore).toMatchObject({ type: "refused", message: "deployment 3 is going back with the data" });
    const removal = await world.ask((commands) => commands.removeBackup(backup.id));
    expect(removal).toMatchObject({ type: "refused", message: "deployment 3 needs the backup" });
    expect(await end(id)).toMatchObject({ status: "ready" });
    expect(await wrong()).toEqual([]);
  });
});

describe("a way back with the data that fails", () => {
  test("at the backup of what is there now touches nothing", async () => {
    const { world, first, second, users, data, end, wrong } = await migrated();
    world.backupTools.onDump = () => {
      throw new Error("pg_dump: error: the disk is full");
    };
    expect(await end(await goBack(world, first))).toMatchObject({
      status: "failed",
      failure: { message: "the data that db has now could not be backed up: pg_dump: error: the disk is full" },
    });
    expect(data.get("db")).toBe("new and more");
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, second]);
  });

  test("at the restore leaves the version and the data of now", async () => {
    const { world, first, second, data, users, end, wrong } = await migrated({ volumes: true });
    world.faults.fail("backupTools.restore", () => new Error("pg_restore: error: the file is damaged"), { nth: 2 });
    expect(await end(await goBack(world, first))).toMatchObject({
      status: "failed",
      failure: {
        message: "the data of wiki could not be restored: pg_restore: error: the file is damaged",
        hint: "The data is what it was before.",
      },
    });
    expect([data.get("db"), data.get("wiki")]).toEqual(["new and more", "new and more"]);
    expect(restoresOf(world)).toMatchObject([{ status: "failed" }, { status: "failed" }]);
    expect(await waits(world)).toEqual(["wiki"]);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, second]);
  });

  test.each(["started", "checked", "before-switch", "after-switch", "watching"] as const)(
    "at %s puts back the data of now",
    async (name) => {
      const { world, first, second, data, users, end, wrong } = await migrated({ volumes: true });
      world.faults.fail(`failpoint.${name}`, () => new Error("it died"), { times: 20 });
      expect(await end(await goBack(world, first))).toMatchObject({ status: "failed" });
      expect([data.get("db"), data.get("wiki")]).toEqual(["new and more", "new and more"]);
      expect(await waits(world)).toEqual(["wiki"]);
      world.faults.heal();
      expect(await wrong()).toEqual([]);
      expect(users.answered.at(-1)).toBe(second);
    },
  );

  test("and whose data cannot be put back says so, and where it is", async () => {
    const { world, first, data, end } = await migrated();
    world.faults.fail("failpoint.data-restored", () => new Error("a bug"));
    world.faults.fail("backupTools.restore", () => new Error("the place is away"), { nth: 2 });
    const { failure } = (await end(await goBack(world, first))) as { failure?: { hint: string | null } };
    expect(failure?.hint).toContain(
      "What db had before could not be put back: the place is away. Restore it from the Backups tab.",
    );
    expect(data.get("db")).toBe("old");
    expect(rowsOf(world).filter(({ reason }) => reason === "before-restore")).toMatchObject([{ status: "done" }]);
  });

  test("and whose restore breaks off, as does its undoing, leaves nothing under way", async () => {
    const { world, first, end, wrong } = await migrated();
    world.faults.fail("backupTools.restore", () => new Error("the place is away"), { times: 2 });
    expect(await end(await goBack(world, first))).toMatchObject({ status: "failed" });
    expect(restoresOf(world)).toMatchObject([{ finishedAt: expect.any(Date) }]);
    expect(await wrong()).toEqual([]);
  });

  test("starts a database that ended meanwhile, before its data is put back", async () => {
    const { world, first, data, end, wrong } = await migrated();
    const db = () => [...world.docker.containers.values()].find(({ request }) => request.service === "db");
    world.faults.before("backupTools.restore", () => db()?.stop(0));
    world.faults.fail("failpoint.data-restored", () => new Error("a bug"));
    let isRunning: boolean | undefined;
    world.faults.before(
      "backupTools.restore",
      () => {
        isRunning = db()?.isRunning;
      },
      { nth: 2 },
    );
    expect(await end(await goBack(world, first))).toMatchObject({ status: "failed" });
    expect([isRunning, data.get("db")]).toEqual([true, "new and more"]);
    expect(await wrong()).toEqual([]);
  });

  test("because nothing is live any more when its turn comes says so", async () => {
    const { world, first, data, end } = await migrated();
    const { installation } = await world.product("shop");
    world.faults.before("store.deployments.claim", () =>
      world.store.installations.stop(installation.id, world.clock.now()),
    );
    expect(await end(await goBack(world, first))).toMatchObject({
      status: "failed",
      failure: { message: "the data cannot be brought back: nothing is live any more" },
    });
    expect(data.get("db")).toBe("new and more");
  });
});

test("Docker's absence is waited for, at the restore and when it is undone", async () => {
  const { world, first, data, end, wrong } = await migrated();
  const away = () => new EngineUnavailable("The connection to Docker was lost.");
  world.faults.fail("backupTools.restore", away);
  world.faults.fail("failpoint.data-restored", () => new Error("a bug"));
  world.faults.fail("backupTools.restore", away, { nth: 3 });
  expect(await end(await goBack(world, first))).toMatchObject({ status: "failed" });
  expect(data.get("db")).toBe("new and more");
  expect(await wrong()).toEqual([]);
});

const calls = [
  "backupTools.dump",
  "failpoint.data-saved",
  "store.domains.setFor",
  "proxy.hold",
  "failpoint.live-stopped",
  "store.backups.requestRestore",
  "engine.removeVolume",
  "backupTools.restore",
  "store.backups.finishRestore",
  "failpoint.data-restored",
  "failpoint.started",
  "failpoint.checked",
  "failpoint.before-switch",
  "failpoint.after-switch",
] as const;
const deaths = calls.flatMap((call) => [
  { call, moment: "before" as const },
  { call, moment: "after" as const },
]);

describe.each(deaths)("a server that dies $moment $call", ({ call, moment }) => {
  test("goes on, and the former version goes live with its data", async () => {
    const { world, first, second, data, users, end, wrong } = await migrated({ volumes: true });
    world.faults.kill(call, moment);
    const id = await goBack(world, first);
    expect(await end(id), await world.log(id)).toMatchObject({ status: "ready" });
    expect([data.get("db"), data.get("wiki")]).toEqual(["old", "old"]);
    const safeties = rowsOf(world).filter(({ madeForId, status }) => madeForId === id && status === "done");
    expect(safeties.map(({ folder }) => world.backupTools.stored.get(folder)?.data)).toEqual(
      safeties.map(() => "new and more"),
    );
    expect(await waits(world)).toEqual(["wiki"]);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, second, id]);
  });

  test("with a wish to cancel ends with the data that belongs to the version that serves", async () => {
    const { world, first, data, wrong } = await migrated({ volumes: true });
    world.faults.before(call, () => world.store.deployments.requestCancel(newest(world), world.clock.now()));
    world.faults.kill(call, moment);
    const id = await goBack(world, first);
    await comeToRest(world);
    const { status } = await world.deployment(id);
    expect(["stopped", "ready"]).toContain(status);
    const expected = status === "ready" ? "old" : "new and more";
    expect([data.get("db"), data.get("wiki")]).toEqual([expected, expected]);
    expect(await waits(world)).toEqual(["wiki"]);
    expect(await wrong()).toEqual([]);
  });
});

test.each(Array.from({ length: 12 }, (_, at) => at))(
  "a server that dies at call %i of the undoing ends it after the restart",
  async (at) => {
    const { world, first, data, second, users, end, wrong } = await migrated({ volumes: true });
    const id = await goBack(world, first);
    world.faults.fail("failpoint.started", () => new Error("a bug"), { times: 20 });
    world.faults.before("store.backups.undone", () => world.faults.kill("*", "after", { nth: 1 + 2 * at }));
    expect(await end(id)).toMatchObject({ status: "failed" });
    expect([data.get("db"), data.get("wiki")]).toEqual(["new and more", "new and more"]);
    world.faults.heal();
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, second]);
  },
);
