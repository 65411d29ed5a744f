import { expect, it } from "vitest";
import type { Store } from "../../../server/ports/store/store.ts";
import { judgeDelivery } from "../../../server/rules/webhooks/webhook-verdict.ts";
import { aToken, aUser } from "../../contracts/store/access/people.ts";
import { aProduct, claimed, enqueued, moved, ready } from "../../contracts/store/lifecycle.ts";
import { push, sha } from "../../contracts/store/webhooks/pushes.ts";
import { at } from "../../model/a-deployment.ts";
import { type ScratchDatabase, useScratchDatabase } from "../scratch-database.ts";

let database: ScratchDatabase;
let store: Store;
useScratchDatabase((opened) => {
  database = opened;
  store = opened.store;
});

/** Tables whose rows belong to no product. */
const lasting = [
  "instances",
  "environments",
  "settings",
  "tokens",
  "sessions",
  "audit_entries",
  "users",
  "links",
  "identity_providers",
];

async function filledTables(): Promise<readonly string[]> {
  const { sql } = database;
  const tables = await sql<{ name: string }[]>`
    select table_name as name from information_schema.tables where table_schema = 'public'`;
  const filled = [];
  for (const { name } of tables) if ((await sql`select from ${sql(name)} limit 1`).length > 0) filled.push(name);
  return filled.filter((name) => !lasting.includes(name));
}

it.each(["product", "installation"] as const)("a %s that is purged leaves no row behind", async (kind) => {
  const { product, installation } = await aProduct(store);
  const old = await ready(store, installation.id);
  await enqueued(store, installation.id, { trigger: "rollback", sourceId: old.id });
  await moved(store, await claimed(store), { type: "cancelled", at });
  await ready(store, installation.id);
  await store.installations.changeVariables(installation.id, { A: "1" }, []);
  await store.installations.setServiceSettings(installation.id, "web", {
    ...{ path: "/", intervalMs: null, tryTimeoutMs: null, timeoutMs: null, successes: null },
    ...{ memoryBytes: null, cpus: null },
  });
  const range = { first: 20_000, last: 20_001 };
  await store.leases.port({ deployment: old.id }, "web", range, new Set());
  await store.leases.port({ installation: installation.id }, "db", range, new Set());
  await store.leases.subnet({ deployment: old.id }, "10.214.0.0/16", []);
  await store.reports.reported(old.id, "success", { deployment: 1 });
  if (kind === "product") {
    await store.products.changeVariables(product.id, { A: "1" }, []);
    await store.products.update(product.id, { source: { token: "t" } });
    await aUser(store, { grants: [{ role: "viewer", productId: product.id }] });
    await aToken(store, null, { productIds: [product.id] });
    await store.deliveries.record(product.id, [push(sha(1))], judgeDelivery, at);
  }

  const { [`${kind}s` as const]: deletable } = store;
  const { id } = kind === "product" ? product : installation;
  await deletable.markDeleted(id as never, { keepVolumes: true });
  await deletable.purge(id as never);
  expect(await filledTables()).toEqual(kind === "product" ? [] : ["products"]);
});

it("a redeploy's session is found without looking through every deployment", async () => {
  const plan = await database.sql.begin(async (sql) => {
    // Postgres would otherwise scan a table this small.
    await sql`set local enable_seqscan = off`;
    return sql`explain select * from deployments where session_id = 's-1' order by id desc limit 1`;
  });
  expect(JSON.stringify(plan)).toContain("deployments_session");
});

it("nobody changes or removes what the audit log says", async () => {
  const entry = {
    token: null,
    what: "redeployed",
    subject: "kept",
    product: null,
    detail: null,
    deploymentId: null,
    address: "192.0.2.7",
  };
  await store.audit.record({ ...entry, who: "ada" }, at);
  await database.sql`update audit_entries set who = 'nobody'`;
  await database.sql`delete from audit_entries`;
  await expect(database.sql`truncate audit_entries`).rejects.toThrow("the audit log is kept");
  expect((await store.audit.list({ limit: 1 }))[0]).toMatchObject({ who: "ada", subject: "kept" });
});

it("the database says what it is, and how large", async () => {
  const { version, sizeBytes } = await store.facts();
  expect(version).toMatch(/^\d+/);
  expect(sizeBytes).toBeGreaterThan(1_000_000);
});
