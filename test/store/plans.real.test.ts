import { setTimeout as delay } from "node:timers/promises";
import type postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DeploymentId, InstallationId, ProductId } from "../../server/model/names/ids.ts";
import type { Store } from "../../server/ports/store/store.ts";
import { firstFreeSubnet } from "../../server/rules/routing/subnets.ts";
import { createStore } from "../../server/store/postgres-store.ts";
import { type ScratchDatabase, scratchDatabase } from "./scratch-database.ts";

/** Tables that grow for as long as a team deploys. */
const growing = ["deployments", "deployment_events", "audit_entries", "webhook_deliveries", "forge_reports"];
const deployments = 4_000;
const products = 20;
/** Far more than a page needs, and far less than there is. */
const mostRows = 700;

let database: ScratchDatabase;
beforeAll(async () => {
  database = await scratchDatabase();
  await fill(database.sql);
  // Small tables are cheapest to read whole. What is asked here is whether a large one could be read otherwise.
  await database.sql.unsafe(`alter database ${new URL(database.url).pathname.slice(1)} set enable_seqscan = off`);
});
afterAll(() => database.remove());

const product = 7 as ProductId;
const installation = 7 as InstallationId;
const newest = deployments as DeploymentId;
const now = new Date();

it.each<[string, (store: Store) => Promise<unknown>]>([
  ["the newest deployments", ({ deployments }) => deployments.list({ limit: 31 })],
  ["an earlier page of them", ({ deployments }) => deployments.list({ limit: 31, before: 2_000 as DeploymentId })],
  ["those that failed", ({ deployments }) => deployments.list({ limit: 31, statuses: ["failed"] })],
  [
    "those that were stopped, of which there are none",
    ({ deployments }) => deployments.list({ limit: 31, statuses: ["stopped"] }),
  ],
  [
    "those under way, of which there are none",
    ({ deployments }) => deployments.list({ limit: 31, statuses: ["queued", "building", "deploying"] }),
  ],
  ["a product's", ({ deployments }) => deployments.list({ limit: 31, product })],
  ["a product's that has none", ({ deployments }) => deployments.list({ limit: 31, product: products as ProductId })],
  ["an installation's", ({ deployments }) => deployments.list({ limit: 1, installation })],
  ["a product's that failed", ({ deployments }) => deployments.list({ limit: 31, product, statuses: ["failed"] })],
  ["several by id", ({ deployments }) => deployments.getAll([1 as DeploymentId, newest])],
  ["the queue", ({ deployments }) => deployments.queue()],
  ["an installation's that are not over", ({ deployments }) => deployments.undecided(installation)],
  ["the last versions", ({ deployments }) => deployments.lastReady(installation, 5)],
  [
    "the last versions of several",
    ({ deployments }) => deployments.lastReadyOf([installation, 8 as InstallationId], 5),
  ],
  ["a redeploy by its session", ({ deployments }) => deployments.bySession("none")],
  ["requests to stop", ({ deployments }) => deployments.cancelRequested()],
  ["what to take over at the start", ({ deployments }) => deployments.rescue()],
  ["what to claim", ({ deployments }) => deployments.claim(4, () => now)],
  ["what is not settled", ({ events }) => events.unsettled()],
  ["a deployment's events", ({ events }) => events.read(newest, 0, 100)],
  ["its stacks", ({ events }) => events.stacks(newest)],
  ["all products", ({ installations }) => installations.overview()],
  ["the product of a deployment", ({ installations }) => installations.overview([newest])],
  ["the audit log", ({ audit }) => audit.list({ limit: 51 })],
  ["a product's audit log", ({ audit }) => audit.list({ limit: 51, product: "app-7" })],
  ["the audit log of nobody", ({ audit }) => audit.list({ limit: 51, who: "nobody" })],
  ["a product's deliveries", ({ deliveries }) => deliveries.list(product, { limit: 31 })],
  ["the newest delivery of a forge", ({ deliveries }) => deliveries.newestFromForge(product)],
  ["what to report to forges", ({ reports }) => reports.due(now, 20)],
  ["a report that went wrong", ({ reports }) => reports.trouble(product)],
])("%s are read without going through a table that grows", async (_, read) => {
  const { sql, url, keyFile } = database;
  await settled(sql);
  const before = await rowsRead(sql);
  const store = await createStore({ url, keyFile, chooseSubnet: firstFreeSubnet });
  await read(store);
  await store.close();
  await settled(sql);
  const after = await rowsRead(sql);
  const counts = growing.map((table) => [table, (after.get(table) ?? 0) - (before.get(table) ?? 0)] as const);
  expect(counts.filter(([, count]) => count > mostRows)).toEqual([]);
});

/** A backend reports what it has read when it ends. */
async function settled(sql: postgres.Sql): Promise<void> {
  for (;;) {
    const [others] = await sql<{ count: number }[]>`
      select count(*)::int from pg_stat_activity where datname = current_database() and application_name = 'baton'`;
    if (others?.count === 0) return;
    await delay(5);
  }
}

async function rowsRead(sql: postgres.Sql): Promise<ReadonlyMap<string, number>> {
  const rows = await sql<{ table: string; count: number }[]>`
    select relname as table, (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as count from pg_stat_user_tables`;
  return new Map(rows.map(({ table, count }) => [table, count]));
}

async function fill(sql: postgres.Sql): Promise<void> {
  await sql`
    insert into products (slug, repository, created_at)
    select 'app-' || n, 'https://github.com/acme/app-' || n, now() from generate_series(1, ${products}::int) n`;
  await sql`insert into installations (product_id, environment_id) select id, 1 from products order by id`;
  await sql`
    insert into deployments (installation_id, number, status, attempt, trigger, commit_sha, commit_message, commit_author,
      variables_from, failure, created_at, started_at, finished_at, settled)
    select 1 + n % ${products - 1}, 1 + n / ${products - 1}, 'failed', 1, 'push', repeat('a', 40), 'Change', 'Ada', 'now',
      '{}', now() - interval '1 hour' * (${deployments} - n), now(), now(), true
    from generate_series(1, ${deployments}::int) n`;
  await sql`
    insert into deployment_events (deployment_id, seq, at, type, body)
    select id, 1, now(), 'settled', '{"type":"settled"}' from deployments`;
  await sql`
    insert into audit_entries (at, who, what, subject, address)
    select now(), 'ada', 'deployed', 'app-' || 1 + n % ${products}, '10.0.0.7' from generate_series(1, ${deployments}::int) n`;
  await sql`
    insert into webhook_deliveries (product_id, at, via, first, genuine, name, outcome, verdict)
    select 1 + n % ${products}, now(), 'github', true, true, 'push', 'ignored', 'Ignored'
    from generate_series(1, ${deployments}::int) n`;
  await sql`insert into sources (product_id, token) select id, '\\x00'::bytea from products`;
  await sql`insert into forge_reports (deployment_id, told) select id, 'failure' from deployments`;
  await sql`analyze`;
}
