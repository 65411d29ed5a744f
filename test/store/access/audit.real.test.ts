import { afterAll, beforeAll, expect, it } from "vitest";
import type { DeploymentId } from "../../../server/model/names/ids.ts";
import type { AuditFilter, NewAuditEntry, Store } from "../../../server/ports/store/store.ts";
import { at } from "../../model/a-deployment.ts";
import { type ScratchDatabase, scratchDatabase } from "../scratch-database.ts";

let database: ScratchDatabase;
let store: Store;

beforeAll(async () => {
  database = await scratchDatabase();
  store = database.store;
});
afterAll(() => database.remove());

const entry = (changes: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  who: "ada",
  what: "redeployed",
  subject: "shop",
  detail: null,
  deploymentId: null,
  address: "192.0.2.7",
  ...changes,
});

it("keeps what was done, newest first, page by page", async () => {
  for (const subject of ["one", "two", "three"]) await store.audit.record(entry({ subject }), at);
  await store.audit.record(entry({ who: "gr\0ace", detail: "KEY", deploymentId: 7 as DeploymentId }), at);
  const [newest, third, ...others] = await store.audit.list({ limit: 3 });
  expect(newest).toEqual({ ...entry(), id: newest?.id, at, who: "gr\uFFFDace", detail: "KEY", deploymentId: 7 });
  expect([third?.subject, ...others.map(({ subject }) => subject)]).toEqual(["three", "two"]);
  const rest = await store.audit.list({ limit: 3, before: others.at(-1)?.id ?? 0 });
  expect(rest.map(({ subject }) => subject)).toEqual(["one"]);
});

it("is asked for one product, with its deployments, and for one person", async () => {
  for (const subject of ["shop-two", "shop", "shop #12", ""])
    await store.audit.record(entry({ subject, who: "joan" }), at);
  const subjects = async (filter: AuditFilter) =>
    (await store.audit.list({ limit: 10, ...filter })).map(({ subject }) => subject);
  expect(await subjects({ who: "joan", product: "shop" })).toEqual(["shop #12", "shop"]);
  expect(await subjects({ who: "joan" })).toEqual(["", "shop #12", "shop", "shop-two"]);
  expect(await subjects({ who: "nobody" })).toEqual([]);
});

it("lets nobody change or remove what is written", async () => {
  await store.audit.record(entry({ subject: "kept" }), at);
  await database.sql`update audit_entries set who = 'nobody'`;
  await database.sql`delete from audit_entries`;
  await expect(database.sql`truncate audit_entries`).rejects.toThrow("the audit log is kept");
  expect((await store.audit.list({ limit: 1 }))[0]).toMatchObject({ who: "ada", subject: "kept" });
});

it("says what the database is, and how large", async () => {
  const { version, sizeBytes } = await store.facts();
  expect(version).toMatch(/^\d+/);
  expect(sizeBytes).toBeGreaterThan(1_000_000);
});
