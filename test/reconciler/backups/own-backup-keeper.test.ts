import { afterEach, expect, it } from "vitest";
import { backUpBaton } from "../../../server/commands/backups/back-up-baton.ts";
import { createScene, settled } from "./backup-scene.ts";

const day = 24 * 3_600_000;
const schedule = { cron: "0 3 * * *", timezone: "UTC", keep: { hourly: 0, daily: 2, weekly: 0, monthly: 0 } };

let scene: Awaited<ReturnType<typeof createScene>>;
afterEach(() => scene.keeper.stop());
const rows = async () => (await scene.store.backups.own({})).map(({ reason, status }) => `${reason} ${status}`);

it("Baton itself is backed up at once, then on schedule, and what the schedule does not keep is removed", async () => {
  scene = await createScene(schedule);
  scene.keeper.start();
  await settled();
  expect(await rows()).toEqual(["schedule done"]);
  for (let days = 0; days < 3; days++) {
    await scene.clock.advance(day);
    await settled();
  }
  expect(await rows()).toHaveLength(4);
  expect([...scene.ownBackups.archives]).toHaveLength(2);
  expect(await scene.store.backups.own({ kept: true })).toHaveLength(2);
});

it("what was missed while Baton was away is made once", async () => {
  scene = await createScene(schedule);
  await scene.store.backups.requestOwn({ reason: "schedule", requestedBy: null }, scene.clock.now());
  await scene.store.backups.takeOwn(scene.clock.now());
  await scene.clock.advance(5 * day);
  scene.keeper.start();
  await settled();
  expect(await rows()).toEqual(["schedule done", "schedule stopped"]);
});

it("one that somebody asks for waits while another process makes one, and a failure says why", async () => {
  scene = await createScene();
  let isRunning = true;
  scene.ownBackups.onMake = () => (isRunning ? "running" : undefined);
  expect(await backUpBaton(scene.adapters, "Ada")).toMatchObject({ type: "asked", backup: { requestedBy: "Ada" } });
  expect(await backUpBaton(scene.adapters, "Bob")).toMatchObject({ code: "conflict" });
  scene.keeper.start();
  await settled();
  expect(await rows()).toEqual(["manual queued"]);
  isRunning = false;
  await scene.clock.advance(15_000);
  await settled();
  expect(await rows()).toEqual(["manual done"]);

  scene.ownBackups.onMake = () => {
    throw new Error("The disk of /mnt is full");
  };
  await backUpBaton(scene.adapters, "Ada");
  await settled();
  expect(await scene.store.backups.own({ limit: 1 })).toMatchObject([
    { status: "failed", failure: "The disk of /mnt is full" },
  ]);
});
