import { beforeEach, describe, expect, test } from "vitest";
import { plainContainer } from "../../../server/model/deployment/spec.ts";
import type { BackupId } from "../../../server/model/names/ids.ts";
import type { Installation } from "../../../server/model/product.ts";
import { aService } from "../../model/a-deployment.ts";
import { sampleSpec } from "../samples.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let installation: Installation;
beforeEach(async () => {
  world = await createWorld();
  ({ installation } = await world.samples.product("shop"));
});

const path = () => `/api/product-deployments/${installation.id}`;
const dumped = {
  files: [{ name: "shop.pgdump.gz", of: "shop", bytes: 700 }],
  ...{ readBytes: 5_000, storedBytes: 700, frozenMs: 0, facts: { tables: 2, rows: 31, isEstimate: false } },
};

function live() {
  const mounts = [{ type: "volume", volume: "pg", path: "/data", readOnly: false }] as const;
  const db = aService({ name: "db", kind: "tcp", pulledAs: "postgres:16", container: { ...plainContainer, mounts } });
  const row = world.samples.live(installation);
  world.store.put({ ...row, spec: { ...sampleSpec("shop"), stacks: [{ name: "shop", services: [aService(), db] }] } });
}

async function finished(): Promise<number> {
  live();
  await world.read(`${path()}/backups`, { method: "POST", body: { service: "db" } });
  const taken = await world.store.backups.take(world.clock.now());
  if (!taken) throw new Error("nothing was asked for");
  await world.store.backups.finish(taken.id, { type: "done", ...dumped }, world.clock.now());
  return taken.id;
}

describe("backups", () => {
  test("are asked for, listed and removed", async () => {
    expect((await world.read(`${path()}/backups`, { method: "POST", body: {} })).status).toBe(409);
    const id = await finished();
    expect(world.woken.backups).toBe(1);
    const { json } = await world.read(`${path()}/backups`);
    expect(json).toMatchObject({
      items: [{ id, service: "db", method: "postgres", status: "done", tables: 2, rows: 31, requestedBy: "admin" }],
    });
    expect((await world.read("/api/backups")).json).toEqual(json);
    const wrong = await world.read(`${path()}/backups`, { method: "POST", body: { service: "web" } });
    expect(wrong).toMatchObject({ status: 400, json: { error: { message: expect.stringContaining("these do: db") } } });
    expect((await world.api(`/api/backups/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await world.read("/api/backups")).json).toMatchObject({ items: [{ removedAt: expect.any(String) }] });
    expect((await world.api("/api/backups/99", { method: "DELETE" })).status).toBe(404);
  });

  test("are restored, one at a time", async () => {
    const id = await finished();
    const ask = () => world.read(`/api/backups/${id}/restore`, { method: "POST", body: { into: "same" } });
    expect(await ask()).toMatchObject({ status: 202, json: { backup: id, into: "same", status: "queued" } });
    expect((await ask()).status).toBe(409);
    const wrong = await world.read(`/api/backups/${id}/restore`, { method: "POST", body: { into: "elsewhere" } });
    expect(wrong.status).toBe(400);
  });

  test("have a schedule, whose faults are said", async () => {
    const plan = {
      ...{ cron: "0 3 * * *", timezone: "Europe/Berlin", encrypted: true },
      keep: { hourly: 0, daily: 7, weekly: 4, monthly: 6 },
    };
    expect((await world.read(`${path()}/backup-plan`)).json).toMatchObject({ cron: null, nextAt: null });
    const set = await world.read(`${path()}/backup-plan`, { method: "PUT", body: plan });
    expect(set).toMatchObject({ status: 200, json: { ...plan, nextAt: expect.any(String) } });
    expect((await world.read(`${path()}/backup-plan`)).json).toEqual(set.json);
    const wrong = await world.read(`${path()}/backup-plan`, { method: "PUT", body: { ...plan, cron: "often" } });
    expect(wrong).toMatchObject({
      status: 400,
      json: { error: { message: expect.stringContaining("not a schedule") } },
    });
  });
});

test("restore drills are asked for and listed", async () => {
  expect((await world.read(`${path()}/restore-drills`, { method: "POST", body: { service: "db" } })).status).toBe(409);
  const backup = await finished();
  const asked = await world.read(`${path()}/restore-drills`, { method: "POST", body: { service: "db" } });
  expect(asked).toMatchObject({ status: 202, json: { backup, service: "db", status: "queued", requestedBy: "admin" } });
  const taken = await world.store.backups.takeDrill(world.clock.now());
  if (!taken) throw new Error("nothing was asked for");
  const done = { type: "done", facts: dumped.facts, isHealthy: true } as const;
  await world.store.backups.finishDrill(taken.id, done, world.clock.now());
  // One of another product, which is not in the answer.
  const other = (await world.samples.product("blog")).installation;
  const requested = { backup: 99 as BackupId, installation: other.id, service: "db", requestedBy: null };
  await world.store.backups.requestDrill(requested, world.clock.now());
  expect((await world.read(`${path()}/restore-drills`)).json).toMatchObject({
    items: [{ id: taken.id, status: "done", tables: 2, rows: 31, healthy: true, failure: null }],
  });
  expect((await world.read("/api/activity")).json).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ what: "tried a restore of a backup of", detail: "db" })]),
  });
});

test("backups of Baton itself are asked for and listed", async () => {
  const path = "/api/baton-backups";
  expect(await world.read(path, { method: "POST" })).toMatchObject({ status: 202, json: { status: "queued" } });
  expect((await world.read(path, { method: "POST" })).status).toBe(409);
  const taken = await world.store.backups.takeOwn(world.clock.now());
  const archive = { place: { type: "folder", path: "/mnt" } as const, file: "baton-x.tar.gz", bytes: 70, tookMs: 0 };
  if (taken) await world.store.backups.finishOwn(taken.id, { type: "done", archive }, world.clock.now());
  expect((await world.read(path)).json).toMatchObject({
    items: [{ reason: "manual", requestedBy: "admin", status: "done", bytes: 70, address: "/mnt/baton-x.tar.gz" }],
  });
});
