import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backUp } from "../../../server/commands/backups/back-up.ts";
import { restoreBackup } from "../../../server/commands/backups/restore-backup.ts";
import { setBackupPlan } from "../../../server/commands/backups/set-plan.ts";
import { usualPlan } from "../../../server/model/backup.ts";
import type { BackupId } from "../../../server/model/names/ids.ts";
import type { ContainerState } from "../../../server/ports/engine/containers.ts";
import { EngineUnavailable } from "../../../server/ports/engine/engine.ts";
import { createScene, secretOfScene, settled } from "./backup-scene.ts";

let scene: Awaited<ReturnType<typeof createScene>>;
beforeEach(async () => {
  scene = await createScene();
});
afterEach(() => scene.keeper.stop());

const list = () => scene.store.backups.list({ installation: scene.installation.id });
async function ask(service: string | null = "db") {
  const asked = await backUp(scene.adapters, { installation: scene.installation.id, service, by: "Ada" });
  if (asked.type === "refused") throw new Error(asked.message);
  return asked.backups;
}

describe("the keeper of backups", () => {
  it("makes those that somebody asked for, once each", async () => {
    scene.backupTools.data.set("db", "orders");
    await ask(null);
    await ask("db");
    scene.keeper.start();
    await settled();
    expect((await list()).map(({ service, status, storedBytes }) => [service, status, storedBytes])).toEqual([
      ["files", "done", 0],
      ["db", "done", 6],
    ]);
  });

  it("lets a container go on that an earlier server had frozen when it was killed, also when Docker is away at first", async () => {
    const frozen = scene.engine.containers.findIndex(({ service }) => service === "files");
    scene.engine.containers[frozen] = { ...(scene.engine.containers[frozen] as ContainerState), status: "paused" };
    const resumed: string[] = [];
    let isAway = true;
    scene.backupTools.onResume = (container) => {
      if (isAway) throw new EngineUnavailable("Docker is away");
      resumed.push(scene.engine.containers.find(({ id }) => id === container)?.service ?? "another");
    };
    scene.keeper.start();
    await settled();
    isAway = false;
    scene.clock.advance(15_000);
    await settled();
    expect(resumed).toEqual(["files"]);
  });

  it("says why one failed, and goes on with the next", async () => {
    scene.backupTools.onDump = ({ service }) => {
      if (service === "db") throw new Error("pg_dump: error: out of disk");
    };
    await ask(null);
    scene.keeper.start();
    await settled();
    expect((await list()).map(({ status, failure }) => [status, failure])).toEqual([
      ["done", null],
      ["failed", "pg_dump: error: out of disk"],
    ]);
  });

  it("says so without the secrets of the live version and of the place, to people and in Baton's log", async () => {
    const place = { type: "s3", endpoint: "https://s3.example.com", region: "eu-1", bucket: "b", prefix: "" } as const;
    await scene.store.backups.setPlace({ ...place, accessKeyId: "ID" }, "key-of-the-bucket");
    await ask("db");
    const why = `pg_dump: error: query failed: CONTEXT: PASSWORD '${secretOfScene}' at key-of-the-bucket`;
    scene.backupTools.onDump = () => {
      throw new Error(why, { cause: new Error(why) });
    };
    scene.keeper.start();
    await settled();
    const [backup] = await list();
    expect(backup?.failure).toBe(
      "pg_dump: error: query failed: CONTEXT: PASSWORD '[hidden: PGPASSWORD]' at [hidden: secret access key]",
    );
    expect(scene.logged.join("\n")).toContain("a backup failed");
    expect(scene.logged.join("\n")).not.toMatch(/correct-horse-battery|key-of-the-bucket/);
  });

  it("says why a restore failed without them, too", async () => {
    await ask("db");
    scene.keeper.start();
    await settled();
    scene.backupTools.restore = async () => {
      throw new Error(`psql: ERROR: role has the password ${secretOfScene}`);
    };
    const [backup] = await list();
    await restoreBackup(scene.adapters, backup?.id ?? (0 as BackupId), { into: "same", by: "Ada" });
    await settled();
    expect((await scene.store.backups.restores({}))[0]).toMatchObject({
      status: "failed",
      failure: "psql: ERROR: role has the password [hidden: PGPASSWORD]",
    });
    expect(scene.logged.join("\n")).toContain("a restore failed");
    expect(scene.logged.join("\n")).not.toContain(secretOfScene);
  });

  it("asks a place that cannot be reached again to remove what was left there", async () => {
    await ask("db");
    const left = await scene.store.backups.take(scene.clock.now());
    scene.backupTools.unfinished.add(left?.folder ?? "");
    const { removeUnfinished } = scene.backupTools;
    scene.backupTools.removeUnfinished = async () => {
      throw new Error("https://s3.example.com cannot be reached");
    };
    scene.keeper.start();
    await settled();
    expect((await list()).map(({ status }) => status)).toEqual(["failed"]);
    expect(scene.backupTools.unfinished.size).toBe(1);
    scene.backupTools.removeUnfinished = removeUnfinished;
    scene.clock.advance(15_000);
    await settled();
    expect(scene.backupTools.unfinished.size).toBe(0);
  });

  it("fails what the last server left running, and makes what it left waiting", async () => {
    await ask(null);
    const left = await scene.store.backups.take(scene.clock.now());
    scene.backupTools.unfinished.add(left?.folder ?? "");
    scene.keeper.start();
    await settled();
    expect(scene.backupTools.unfinished.size).toBe(0);
    expect((await list()).map(({ service, status }) => [service, status])).toEqual([
      ["files", "done"],
      ["db", "failed"],
    ]);
  });

  it("makes scheduled ones when their time comes, what was missed once, and removes those that the plan does not keep", async () => {
    const plan = { ...usualPlan, cron: "0 3 * * *", keep: { hourly: 0, daily: 2, weekly: 0, monthly: 0 } };
    await setBackupPlan(scene.adapters, scene.installation.id, plan);
    scene.keeper.start();
    await settled();
    expect(await list()).toEqual([]);
    for (let days = 0; days < 4; days++) {
      await scene.clock.advance(24 * 3_600_000);
      await settled();
    }
    const ofDb = (await list()).filter(({ service }) => service === "db");
    expect(ofDb.map(({ reason, removedAt }) => [reason, removedAt !== null])).toEqual([
      ["schedule", false],
      ["schedule", false],
      ["schedule", true],
      ["schedule", true],
    ]);
    expect(scene.backupTools.stored.size).toBe(4);
  });

  it("encrypts what the plan says", async () => {
    await setBackupPlan(scene.adapters, scene.installation.id, { ...usualPlan, isEncrypted: true });
    scene.backupTools.data.set("db", "secret");
    const [backup] = await ask();
    scene.keeper.start();
    await settled();
    expect(scene.backupTools.stored.get(backup?.folder ?? "")).toEqual({ data: "secret", isSealed: true });
  });
});

describe("a restore", () => {
  async function restore(id: BackupId, into: "same" | "new") {
    const asked = await restoreBackup(scene.adapters, id, { into, by: "Ada" });
    if (asked.type === "refused") throw new Error(asked.message);
    await settled();
    const [newest] = await scene.store.backups.restores({ installation: scene.installation.id });
    return newest;
  }
  async function backedUp(service: string): Promise<BackupId> {
    scene.backupTools.data.set(service, "before");
    const [backup] = await ask(service);
    scene.keeper.start();
    await settled();
    scene.backupTools.data.set(service, "after");
    scene.happened.length = 0;
    return backup?.id as BackupId;
  }

  it("backs up what is there, and then replaces it", async () => {
    const done = await restore(await backedUp("db"), "same");
    expect(done).toMatchObject({ status: "done", restored: ["db"] });
    expect(scene.backupTools.data.get("db")).toBe("before");
    const safety = await scene.store.backups.get(done?.safetyBackupId as BackupId);
    expect(safety).toMatchObject({ reason: "before-restore", status: "done", requestedBy: "Ada" });
    expect(scene.backupTools.stored.get(safety?.folder ?? "")?.data).toBe("after");
    expect(scene.happened).toEqual(["reconcile"]);
  });

  it("replaces nothing when that backup fails", async () => {
    const id = await backedUp("db");
    scene.backupTools.onDump = () => {
      throw new Error("The disk is full");
    };
    const done = await restore(id, "same");
    expect(done?.failure).toBe("What is there now could not be backed up, so nothing was replaced: The disk is full");
    expect(scene.backupTools.data.get("db")).toBe("after");
  });

  it("into a new place touches nothing else", async () => {
    const done = await restore(await backedUp("db"), "new");
    expect(done).toMatchObject({ status: "done", safetyBackupId: null });
    expect(scene.backupTools.data.get("db")).toBe("after");
    expect(await list()).toHaveLength(1);
  });

  it("of volumes stops the service meanwhile, and lets it be started again", async () => {
    expect(await restore(await backedUp("files"), "same")).toMatchObject({ status: "done" });
    const volume = `baton-fake0000-i${scene.installation.id}-shop_uploads`;
    expect(scene.happened).toEqual([
      ...["stop files", "remove files", `remove volume ${volume}`, `create volume ${volume}`, "reconcile"],
    ]);
  });

  it("is one at a time, and not of what is gone", async () => {
    const id = await backedUp("db");
    await scene.keeper.stop();
    const ways = { into: "same", by: "Ada" } as const;
    expect((await restoreBackup(scene.adapters, id, ways)).type).toBe("asked");
    expect(await restoreBackup(scene.adapters, id, ways)).toMatchObject({ code: "conflict" });
    await scene.store.backups.removed(id, scene.clock.now());
    expect(await restoreBackup(scene.adapters, id, ways)).toMatchObject({
      message: expect.stringContaining("removed"),
    });
  });
});
