import { beforeEach, describe, expect, test } from "vitest";
import type { DumpMethod } from "../../../server/model/backup.ts";
import { plainContainer } from "../../../server/model/deployment/spec.ts";
import type { BackupId, DrillId } from "../../../server/model/names/ids.ts";
import type { Installation } from "../../../server/model/product.ts";
import type { DrillOutcome } from "../../../server/ports/store/drills.ts";
import { aService } from "../../model/a-deployment.ts";
import { aMember, type Member } from "../member.ts";
import { sampleSpec } from "../samples.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let member: Member;
let installation: Installation;
beforeEach(async () => {
  world = await createWorld();
  member = await aMember(world);
  ({ installation } = await world.samples.product("shop"));
});

function live() {
  const mounts = (volume: string) => [{ type: "volume", volume, path: "/data", readOnly: false } as const];
  const services = [
    aService({
      name: "db",
      kind: "tcp",
      pulledAs: "postgres:16",
      container: { ...plainContainer, mounts: mounts("pg") },
    }),
    aService({ name: "files", container: { ...plainContainer, mounts: mounts("uploads") } }),
  ];
  world.store.put({
    ...world.samples.live(installation),
    spec: { ...sampleSpec("shop"), stacks: [{ name: "shop", services }] },
  });
}

async function aBackup(failure: string | null = null, method: DumpMethod = "postgres"): Promise<BackupId> {
  const at = world.clock.now();
  const { id } = await world.store.backups.request(
    {
      ...{ installation: installation.id, service: "db", method, reason: "manual", deployment: null },
      ...{ requestedBy: "Ada", folder: "shop/production/db/x", isEncrypted: false },
    },
    at,
  );
  await world.store.backups.take(at);
  const facts = { tables: 14, rows: 12_304, isEstimate: false };
  const done = { files: [], readBytes: 48_000_000, storedBytes: 9_100_000, frozenMs: 0, facts };
  await world.store.backups.finish(id, failure === null ? { type: "done", ...done } : { type: "failed", failure }, at);
  return id;
}

describe("the tab of backups", () => {
  test("says that there is nothing to back up, and when nothing is live", async () => {
    expect((await member.get("/products/shop/backups")).text).toContain("Nothing is live");
    world.samples.live(installation);
    expect((await member.get("/products/shop/backups")).text).toContain("Nothing to back up");
  });

  test("offers each service that has data, and starts a backup of it", async () => {
    live();
    const before = await member.get("/products/shop/backups");
    expect(before.text).toMatch(/db a PostgreSQL database.*never backed up/);
    expect(before.text).toMatch(/files files in \/data.*frozen while the files are read/);
    const answer = await member.post("/products/shop/backups", { service: "db" });
    expect([answer.status, answer.location]).toEqual([303, "/products/shop/backups?done=asked"]);
    const after = await member.get("/products/shop/backups");
    expect(after.text).toMatch(/Waiting.*db.*by hand/);
    expect(after.html).toMatch(/<button[^>]*disabled/);
  });

  test("shows what a backup holds, and what a failed one said", async () => {
    live();
    await aBackup();
    await aBackup("pg_dump: error: connection to server failed\nFATAL: role <app> does not exist");
    const { text, html } = await member.get("/products/shop/backups");
    expect(text).toContain("14 tables, 12,304 rows · 9.1 MB (48 MB uncompressed)");
    expect(html).toContain("role &lt;app&gt; does not exist");
    expect((await member.get("/products/shop")).text).toContain(
      "The last backup of db failed: FATAL: role &lt;app&gt;",
    );
    expect((await member.get("/system")).text).toContain("The last backup of db failed");
  });

  test("keeps what was typed of a schedule that is refused", async () => {
    live();
    const typed = { cron: "every night", timezone: "Mars/Olympus", daily: "3" };
    const { status, text, html } = await member.post("/products/shop/backups/plan", typed);
    expect(status).toBe(400);
    expect(text).toContain("is not a time zone");
    expect(html).toContain('value="every night"');
    const plan = {
      cron: "0 3  * * *",
      timezone: "Europe/Berlin",
      daily: "3",
      encrypted: "yes",
      beforeMigration: "never",
    };
    expect((await member.post("/products/shop/backups/plan", plan)).status).toBe(303);
    expect(await world.store.backups.plan(installation.id)).toMatchObject({
      ...{ cron: "0 3 * * *", keep: { hourly: 0, daily: 3, weekly: 0, monthly: 0 }, isEncrypted: true },
      beforeMigration: "never",
    });
    expect((await member.get("/products/shop/backups")).html).toContain('<option value="never" selected="">');
  });
});

describe("a restore drill", () => {
  async function tried(outcome: DrillOutcome) {
    const [drill] = await world.store.backups.drills({ unfinished: true });
    await world.store.backups.takeDrill(world.clock.now());
    world.clock.advance(41_000);
    await world.store.backups.finishDrill(drill?.id as DrillId, outcome, world.clock.now());
    world.clock.advance(5 * 3_600_000);
  }

  test("is offered for a service with a backup, and its result is shown", async () => {
    live();
    expect((await member.get("/products/shop/backups")).text).not.toContain("Try a restore");
    await aBackup();
    expect((await member.get("/products/shop/backups")).text).toContain("No restore has been tried yet.");
    const answer = await member.post("/products/shop/backups/drills", { service: "db" });
    expect([answer.status, answer.location]).toEqual([303, "/products/shop/backups?done=trying"]);
    expect((await member.get("/products/shop/backups")).text).toContain("A restore will be tried.");
    await tried({ type: "done", facts: { tables: 214, rows: 12_304, isEstimate: false }, isHealthy: true });
    const { text } = await member.get("/products/shop/backups");
    expect(text).toContain("Restored 5 h ago in 41 s, 214 tables, 12,304 rows; its health check succeeded");
  });

  test("that failed is a warning on the tab, the product's page and the System page, until one succeeds", async () => {
    live();
    await aBackup();
    await member.post("/products/shop/backups/drills", { service: "db" });
    await tried({ type: "failed", failure: "pg_restore: error: could not read <input> file" });
    const failed = "could not read &lt;input&gt; file";
    expect((await member.get("/products/shop/backups")).html).toContain(failed);
    expect((await member.get("/products/shop")).html).toContain("The last restore drill of db failed: pg_restore");
    expect((await member.get("/system")).text).toContain("The last restore drill of db failed");
    await member.post("/products/shop/backups/drills", { service: "db" });
    await tried({ type: "done", facts: null, isHealthy: false });
    expect((await member.get("/products/shop")).text).not.toContain("restore drill");
    expect((await member.get("/system")).text).not.toContain("restore drill");
  });

  test("of a service without a backup is refused", async () => {
    live();
    expect((await member.post("/products/shop/backups/drills", { service: "files" })).status).toBe(409);
  });
});

describe("a restore", () => {
  test("asks first, with what would be lost", async () => {
    live();
    const id = await aBackup();
    await world.clock.advance(2 * 3_600_000);
    const { text } = await member.get(`/products/shop/backups/${id}/restore`);
    expect(text).toContain("Everything that was written in the last 2 h is lost.");
    expect(text).toContain("There are 12,500 rows in 14 tables now, 196 rows more than then");
    expect(text).toContain("Into a new database beside it");
    const answer = await member.post(`/products/shop/backups/${id}/restore`, { into: "new" });
    expect(answer.location).toBe("/products/shop/backups?done=restoring");
    expect(await world.store.backups.restores({})).toMatchObject([{ backupId: id, into: "new", status: "queued" }]);
  });

  test.each([
    ["mysql", true, "clients find tables missing"],
    ["redis", false, "All keys are replaced together."],
  ] as const)("of %s says what clients notice, and offers another place where there is one", async (...row) => {
    const [method, hasBeside, sentence] = row;
    live();
    const { html, text } = await member.get(`/products/shop/backups/${await aBackup(null, method)}/restore`);
    expect(text).toContain(sentence);
    expect(html.includes('value="new"')).toBe(hasBeside);
    expect(html).toContain('name="into" value="same"');
  });

  test("is not offered for a backup of another product", async () => {
    const id = await aBackup();
    await world.samples.product("blog");
    expect((await member.get(`/products/blog/backups/${id}/restore`)).status).toBe(404);
    expect((await member.post(`/products/blog/backups/${id}/remove`, {})).status).toBe(404);
  });
});

describe("backups of Baton itself", () => {
  test("are shown with the last one and the next one, and one is made when asked for", async () => {
    const before = await member.get("/system/backups");
    expect(before.text).toContain("Baton has never been backed up. Nothing is scheduled: set BATON_BACKUP_CRON");
    expect((await member.post("/system/backups/baton")).status).toBe(303);
    expect((await member.post("/system/backups/baton")).status).toBe(409);
    expect(world.woken.backups).toBe(1);
    const taken = await world.store.backups.takeOwn(world.clock.now());
    if (!taken) throw new Error("nothing was asked for");
    const place = { type: "folder", path: "/mnt/backups" } as const;
    const archive = { place, file: "baton-x.tar.gz", bytes: 9_100_000, tookMs: 0 };
    await world.clock.advance(4_000);
    await world.store.backups.finishOwn(taken.id, { type: "done", archive }, world.clock.now());
    const { text } = await member.get("/system/backups");
    expect(text).toContain("Last backed up just now : 9.1 MB, in 4 s.");
    expect(text).toContain("/mnt/backups/baton-x.tar.gz");
  });

  test("that fail are a warning on the System page, in words", async () => {
    await world.store.backups.requestOwn({ reason: "schedule", requestedBy: null }, world.clock.now());
    const taken = await world.store.backups.takeOwn(world.clock.now());
    if (!taken) throw new Error("nothing was asked for");
    const failure = "The disk of /mnt/backups is full";
    await world.store.backups.finishOwn(taken.id, { type: "failed", failure }, world.clock.now());
    expect((await member.get("/system")).text).toContain(`The last backup of Baton itself failed: ${failure}.`);
  });
});

describe("where backups are kept", () => {
  test("is tried before it is taken, and its secret is never shown", async () => {
    world.backupTools.refusal = "The disk of /mnt is full";
    const refused = await member.post("/system/backups", { type: "folder", path: "/mnt" });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain("Backups cannot be kept there: The disk of /mnt is full");
    world.backupTools.refusal = null;
    expect((await member.post("/system/backups", { type: "folder", path: "backups" })).text).toContain("absolute path");
    const s3 = { type: "s3", endpoint: "https://s3.example.com", bucket: "b", prefix: "/x/", accessKeyId: "AK" };
    expect((await member.post("/system/backups", s3)).text).toContain("secret access key");
    expect((await member.post("/system/backups", { ...s3, secret: "top secret" })).status).toBe(303);
    expect(await world.store.backups.openPlace()).toMatchObject({ place: { prefix: "x" }, secret: "top secret" });
    expect((await member.get("/system/backups")).html).not.toContain("top secret");
  });
});
