import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backUp } from "../../../server/commands/backups/back-up.ts";
import { restoreBackup } from "../../../server/commands/backups/restore-backup.ts";
import { setBackupPlan } from "../../../server/commands/backups/set-plan.ts";
import { tryRestore } from "../../../server/commands/backups/try-restore.ts";
import { usualPlan } from "../../../server/model/backup.ts";
import type { BackupId, ContainerId } from "../../../server/model/names/ids.ts";
import { aContainer } from "../../ports/a-container.ts";
import { createScene, settled } from "./backup-scene.ts";

const minuteMs = 60_000;
let scene: Awaited<ReturnType<typeof createScene>>;
beforeEach(async () => {
  scene = await createScene();
});
afterEach(() => scene.keeper.stop());

const drills = () => scene.store.backups.drills({ installation: scene.installation.id });
const leftOver = () => scene.engine.containers.filter(({ service }) => service === "@drill");

async function backedUp(service: string | null): Promise<BackupId> {
  scene.backupTools.data.set("db", "before");
  const asked = await backUp(scene.adapters, { installation: scene.installation.id, service, by: "Ada" });
  if (asked.type === "refused") throw new Error(asked.message);
  scene.keeper.start();
  await settled();
  return asked.backups[0]?.id as BackupId;
}

async function seconds(count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    scene.clock.advance(1_000);
    await settled();
  }
}

async function untilNight(timezone = "UTC"): Promise<void> {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone: timezone, hour: "2-digit", hourCycle: "h23" });
  scene.clock.advance(20 * 60 * minuteMs);
  do scene.clock.advance(30 * minuteMs);
  while (Number(format.format(scene.clock.now())) !== 3);
  await settled();
  await seconds(40);
}

const byHand = (service: string) => tryRestore(scene.adapters, scene.installation.id, { service, by: "Ada" });

describe("a restore drill", () => {
  it("restores into a container without a network, which is removed, and leaves the live data alone", async () => {
    await backedUp("db");
    scene.backupTools.data.set("db", "now");
    expect(await byHand("db")).toMatchObject({ type: "asked" });
    await settled();
    expect(leftOver()).toMatchObject([{ status: "running", name: "baton-fake0000-drill" }]);
    await seconds(5);
    expect(await drills()).toMatchObject([{ status: "done", requestedBy: "Ada", facts: { tables: 1, rows: 6 } }]);
    expect(scene.requests).toMatchObject([
      { network: "none", publish: null, limits: { cpus: 1 }, mounts: [{ type: "anonymous", path: "/data" }] },
    ]);
    expect(leftOver()).toEqual([]);
    expect(scene.backupTools.data.get("db")).toBe("now");
  });

  it("of volumes unpacks them into new ones and starts nothing", async () => {
    await backedUp("files");
    await byHand("files");
    await settled();
    expect(await drills()).toMatchObject([{ status: "done", facts: { tables: 1 } }]);
    expect(scene.happened).toContain("create volume baton-fake0000-drill-0");
    expect(scene.requests).toMatchObject([{ mounts: [{ volume: "baton-fake0000-drill-0", readOnly: true }] }]);
  });

  it("comes once a night, in the zone of the schedule, to each service in turn", async () => {
    await setBackupPlan(scene.adapters, scene.installation.id, { ...usualPlan, timezone: "Asia/Tokyo" });
    await backedUp(null);
    expect(await drills()).toEqual([]);
    for (let nights = 0; nights < 3; nights++) await untilNight("Asia/Tokyo");
    expect(
      (await drills()).map(({ service, status, createdAt }) => [service, status, createdAt.getUTCHours()]),
    ).toEqual([
      ["db", "done", 18],
      ["files", "done", 18],
      ["db", "done", 18],
    ]);
  });

  it("fails with the reason, and removes its container all the same", async () => {
    await backedUp("db");
    scene.backupTools.stored.clear();
    await byHand("db");
    await settled();
    await seconds(5);
    expect(await drills()).toMatchObject([{ status: "failed", failure: "There is no file all.gz" }]);
    expect(leftOver()).toEqual([]);
  });

  it("runs the health check that the service declares, and fails with it", async () => {
    await backedUp("db");
    scene.backupTools.health = true;
    await byHand("db");
    await settled();
    await seconds(5);
    scene.backupTools.health = new Error("pg_isready: no response");
    await byHand("db");
    await settled();
    await seconds(5);
    expect(await drills()).toMatchObject([
      { status: "failed", failure: "pg_isready: no response", isHealthy: false },
      { status: "done", isHealthy: true },
    ]);
  });

  it("is not begun without room on the disk", async () => {
    await backedUp("db");
    scene.disk.freeBytes = 3;
    await byHand("db");
    await settled();
    expect((await drills())[0]?.failure).toMatch(
      /^The restore was not tried: the disk is nearly full: 3 .* of 107 GB are free at/,
    );
    expect(scene.requests).toEqual([]);
  });

  it("gives way to a restore that somebody asked for", async () => {
    const backup = await backedUp("db");
    await byHand("db");
    await settled();
    expect(leftOver()).toHaveLength(1);
    await restoreBackup(scene.adapters, backup, { into: "new", by: "Ada" });
    await settled();
    expect(await drills()).toMatchObject([{ status: "stopped", failure: null }]);
    expect(await scene.store.backups.restores({})).toMatchObject([{ status: "done" }]);
    expect(leftOver()).toEqual([]);
  });

  it("that a stopped Baton left behind is removed by the next one, and says nothing", async () => {
    const backup = await scene.store.backups.request(
      {
        ...{
          installation: scene.installation.id,
          service: "db",
          method: "postgres",
          reason: "manual",
          deployment: null,
        },
        ...{ requestedBy: "Ada", folder: "x", isEncrypted: false },
      },
      scene.clock.now(),
    );
    const request = { backup: backup.id, installation: scene.installation.id, service: "db", requestedBy: null };
    await scene.store.backups.requestDrill(request, scene.clock.now());
    await scene.store.backups.takeDrill(scene.clock.now());
    scene.engine.containers.push(aContainer({ id: "e".repeat(64) as ContainerId, service: "@drill", kind: "init" }));
    scene.keeper.start();
    await settled();
    expect(leftOver()).toEqual([]);
    expect(await drills()).toMatchObject([{ status: "stopped" }]);
  });

  it("is of a backup that exists, and one of a service at a time", async () => {
    expect(await byHand("db")).toMatchObject({ code: "conflict", message: expect.stringContaining("no backup") });
    const older = await backedUp("db");
    scene.clock.advance(minuteMs);
    const newest = await backedUp("db");
    await scene.keeper.stop();
    await scene.store.backups.removed(newest, scene.clock.now());
    expect(await byHand("db")).toMatchObject({ type: "asked", drill: { backupId: older } });
    expect(await byHand("db")).toMatchObject({ code: "conflict" });
  });
});
