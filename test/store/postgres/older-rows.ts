import { createHash } from "node:crypto";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { createKey, type Key } from "../../../server/store/keys/secrets.ts";
import { migrate } from "../../../server/store/postgres/migrate.ts";
import { aSpec } from "../../model/a-deployment.ts";
import { migrationsFolder } from "../scratch-database.ts";

const { entries } = JSON.parse(await readFile(join(migrationsFolder, "meta/_journal.json"), "utf8"));

/** All migrations, the oldest first. Each was the newest of some Baton. */
export const migrationNames: readonly string[] = entries.map(({ tag }: { readonly tag: string }) => tag);

/** Brings an empty database to where a Baton was whose newest migration was `last`. `folder` is for its migrations. */
export async function migrateUpTo(last: string, url: string, folder: string): Promise<void> {
  const older = join(folder, "migrations");
  await cp(migrationsFolder, older, { recursive: true });
  const file = join(older, "meta/_journal.json");
  const journal = JSON.parse(await readFile(file, "utf8"));
  const count = migrationNames.indexOf(last) + 1;
  await writeFile(file, JSON.stringify({ ...journal, entries: journal.entries.slice(0, count) }));
  await migrate(url, older);
}

export const hash = (secret: string) => createHash("sha256").update(secret).digest();

/** What the rows below say, for those who look whether it is still there. */
export const written = {
  token: "the token of an older Baton",
  session: "the session of an older Baton",
  variables: { GREETING: "hello", DATABASE_PASSWORD: "p:a$s w\"ord'" },
  webhookSecret: "the secret of a webhook",
  delivery: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
} as const;

const madeAt = new Date("2026-11-22T09:00:00Z");
const tomorrow = () => new Date(Date.now() + 24 * 60 * 60 * 1000);
const commit = {
  commit_sha: "3f2a9c1e3f2a9c1e3f2a9c1e3f2a9c1e3f2a9c1e",
  commit_message: "Say hello",
  commit_author: "Ada",
};

type Row = Readonly<Record<string, unknown>>;

/**
 * Fills a database of any age with what a Baton of that time would have written: of each row, the columns that its table
 * had. `key` is the content of the key file.
 */
export async function fillOlderDatabase(url: string, key: Buffer): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const insert = await createInsert(sql);
    const [environment] = await sql<{ id: string }[]>`select id from environments`;
    // The first migration was never a Baton's newest: the second one names the instance that a server needs.
    if (!environment) return;
    await fill(insert, createKey(key), environment.id);
    await sql`update installations set live_deployment_id = 2 where id = 1`;
  } finally {
    await sql.end();
  }
}

type Insert = (table: string, row: Row) => Promise<void>;

async function createInsert(sql: postgres.Sql): Promise<Insert> {
  const columns = await sql<{ table: string; name: string; always: boolean }[]>`
    select table_name as "table", column_name as name from information_schema.columns where table_schema = 'public'`;
  return async (table, row) => {
    const there = columns.filter((column) => column.table === table).map(({ name }) => name);
    const known = Object.entries(row).filter(([name]) => there.includes(name));
    if (known.length === 0) return;
    const values = known.map(([name, value]) => [name, isJson(value) ? sql.json(value as postgres.JSONValue) : value]);
    await sql`insert into ${sql(table)} ${sql(Object.fromEntries(values))}`;
  };
}

const isJson = (value: unknown) =>
  typeof value === "object" &&
  value !== null &&
  !!Array.isArray(value) &&
  !Buffer.isBuffer(value) &&
  !(value instanceof Date);

async function fill(insert: Insert, key: Key, environment: string): Promise<void> {
  await fillAccess(insert);
  for (const [product, slug] of [
    [1, "shop"],
    [2, "never-deployed"],
  ] as const) {
    await insert("products", { slug, repository: null, created_at: madeAt, watch: "background" });
    await insert("installations", { product_id: product, environment_id: environment, branch: "main" });
  }
  const kinds = { variables: "variable", product_variables: "product variable" } as const;
  for (const [name, value] of Object.entries(written.variables)) {
    for (const [table, kind] of Object.entries(kinds)) {
      const sealed = key.seal({ kind, id: `1 ${name}` }, value);
      await insert(table, { installation_id: 1, product_id: 1, name, value: sealed });
    }
  }
  await fillDeployments(insert, key);
  await fillSource(insert, key);
}

async function fillAccess(insert: Insert): Promise<void> {
  const scopes = "{read,deploy,git:push,manage,admin}";
  await insert("tokens", {
    ...{ name: "administrator", sha256: hash(written.token), administrator: true, scopes },
  });
  const opened = { name: "administrator", token_id: 1 };
  await insert("sessions", { ...opened, sha256: hash(written.session), expires_at: tomorrow() });
  await insert("audit_entries", {
    ...{ at: madeAt, who: "administrator", what: "redeployed", subject: "shop", address: "192.0.2.7" },
  });
}

/** One that is live, an older one that was ready, one that failed and one that was superseded. */
async function fillDeployments(insert: Insert, key: Key): Promise<void> {
  const start = { installation_id: 1, trigger: "push", requested_by: "administrator", ref: "main", ...commit };
  const ran = { ...start, attempt: 1, variables_from: "now", created_at: madeAt, started_at: madeAt, settled: true };
  for (const id of [1, 2]) {
    const times = { live_at: madeAt, ready_at: madeAt, replaced_id: id === 1 ? null : 1 };
    await insert("deployments", { number: id, status: "ready", ...ran, ...times, spec: storedSpec(key, id) });
  }
  const failure = { stage: "build", service: null, message: "It did not build", hint: null };
  await insert("deployments", { number: 3, status: "failed", ...ran, failure, finished_at: madeAt });
  const superseded = { status: "stopped", reason: "superseded by a newer push", finished_at: madeAt };
  await insert("deployments", { number: 4, ...ran, started_at: null, attempt: 0, ...superseded });
  for (const id of [1, 2, 3, 4]) {
    await insert("deployment_events", { deployment_id: id, seq: 1, at: madeAt, type: "settled", body: {} });
  }
  await insert("domains", { host: "shop.localhost", installation_id: 1, service: "web" });
  await insert("custom_domains", { host: "shop.example.org", installation_id: 1, service: "web" });
  await insert("port_leases", { port: 20_001, deployment_id: 2, service: "web" });
  await insert("subnet_leases", { subnet: "10.214.0.32/27", deployment_id: 2 });
  await insert("service_settings", { installation_id: 1, service: "web", path: "/health", memory_bytes: 268_435_456 });
}

/** In the first format, which every Baton since has had to read. */
function storedSpec(key: Key, id: number): Row {
  const { commit: sha, routes, stacks, variables } = aSpec();
  const sealed = key.seal({ kind: "spec", id: String(id) }, JSON.stringify({ ...variables, ...written.variables }));
  return { commit: sha, routes, stacks, variables: sealed.toString("base64") };
}

async function fillSource(insert: Insert, key: Key): Promise<void> {
  const webhook_secret = key.seal({ kind: "webhook secret", id: "1" }, written.webhookSecret);
  await insert("sources", { product_id: 1, poll_minutes: 5, webhook_secret });
  await insert("webhook_deliveries", {
    ...{ product_id: 1, at: madeAt, via: "github", delivery_id: written.delivery, first: true, genuine: true },
    ...{ name: "push", outcome: "deployed", verdict: "main was pushed" },
  });
  await insert("delivery_deployments", { delivery_id: 1, deployment_id: 2 });
  await insert("forge_reports", { deployment_id: 2, told: "success", tries: 1 });
}
