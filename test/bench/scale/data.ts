import type postgres from "postgres";
import { type DeploymentSpec, plainContainer } from "../../../server/model/deployment/spec.ts";
import type { CommitSha, DeploymentId, ImageId } from "../../../server/model/names/ids.ts";
import { sealSpec } from "../../../server/store/deployments/stored-spec.ts";
import type { Seal } from "../../../server/store/keys/secrets.ts";

/** How much a team has. Events are spread over the deployments; each has at least the one that settles it. */
export interface Size {
  readonly products: number;
  readonly deployments: number;
  readonly events: number;
}

/** The newest deployments of each product get specs that open; nothing reads the older ones. */
const openable = 8;
/** Products whose whole first page of deployments is read. */
const browsed = 20;
const openableOfBrowsed = 40;
const variablesEach = 5;
const sealedAtOnce = 2_000;

/**
 * Fills a migrated database with the past of a team: one installation each, the deployments spread evenly over a year,
 * the newest one of a product mostly live, sometimes failed or stopped.
 */
export async function fill(sql: postgres.Sql, seal: Seal, size: Size): Promise<void> {
  await fillProducts(sql, size);
  await fillDeployments(sql, size);
  // Without statistics, what follows would read the whole table for each product.
  await sql`analyze deployments`;
  await fillEvents(sql, size);
  await pointAtLive(sql);
  await fillBeside(sql, size);
  await sealVariables(sql, seal, size);
  await sealSpecs(sql, seal, size);
  await sql`vacuum analyze`;
}

async function fillProducts(sql: postgres.Sql, { products }: Size): Promise<void> {
  await sql`
    insert into products (slug, repository, created_at)
    select 'app-' || n, case when n % 3 = 0 then 'https://github.com/acme/app-' || n end, now() - interval '400 days'
    from generate_series(1, ${products}::int) n`;
  await sql`
    insert into installations (product_id, environment_id, branch)
    select p.id, e.id, 'main' from products p, environments e where e.name = 'production' order by p.id`;
}

async function fillDeployments(sql: postgres.Sql, { products, deployments }: Size): Promise<void> {
  const each = Math.floor(deployments / products);
  const filler = "x".repeat(320);
  await sql`
    insert into deployments (installation_id, number, status, attempt, trigger, requested_by, ref, commit_sha,
      commit_message, commit_author, variables_from, spec, failure, reason, created_at, started_at, live_at, ready_at,
      finished_at, last_seq, settled)
    select i.id, n, s.status, 1, 'push', 'ada', 'main', repeat(md5(n || ' ' || i.id), 2)::char(40),
      'Change number ' || n, 'Ada Lovelace', 'now',
      case when s.status <> 'failed' then jsonb_build_object('commit', repeat(md5(n || ' ' || i.id), 2)::char(40),
        'routes', jsonb_build_array(jsonb_build_object('host', 'app-' || i.product_id || '.localhost', 'service', 'web')),
        'sealed', ${filler}::text) end,
      case when s.status = 'failed' then '{"stage":"build","service":null,"message":"npm run build exited with code 1",
        "hint":null,"lastLines":["Error: no such module"],"exitCode":1,"outOfMemory":false,"lastProbe":null}'::jsonb end,
      case when s.status = 'stopped' then 'stopped by hand' end,
      t.at, t.at + interval '1 second',
      case when s.status <> 'failed' then t.at + interval '20 seconds' end,
      case when s.status <> 'failed' then t.at + interval '30 seconds' end,
      case when s.status <> 'ready' then t.at + interval '40 seconds' end, 2, true
    from generate_series(1, ${each}::int) n
    cross join (select id, product_id from installations order by id) i
    cross join lateral (select case
        when n = ${each} and i.id % 20 = 0 then 'failed'
        when n = ${each} and i.id % 33 = 0 then 'stopped'
        when n < ${each} - 1 and (n + i.id) % 15 = 0 then 'failed'
        else 'ready' end as status) s
    cross join lateral (select now() - interval '365 days' * (1 - n::float / ${each}) - interval '1 hour' as at) t
    order by n, i.id`;
}

async function fillEvents(sql: postgres.Sql, { deployments, events }: Size): Promise<void> {
  const each = Math.max(1, Math.floor(events / deployments));
  await sql`
    insert into deployment_events (deployment_id, seq, at, type, body)
    select d.id, n, d.created_at, case when n = ${each} then 'settled' else 'log' end,
      case when n = ${each} then '{"type":"settled"}'::jsonb
        else '{"type":"log","source":"build","service":"web","lines":["added 214 packages in 3s"]}'::jsonb end
    from deployments d cross join generate_series(1, ${each}::int) n`;
  await sql`update deployments set last_seq = ${each} where last_seq <> ${each}`;
}

async function pointAtLive(sql: postgres.Sql): Promise<void> {
  await sql`
    update installations i set live_deployment_id = newest.id, stopped = newest.id is null
    from (
      select i.id as installation, case when last.status = 'stopped' then null else ready.id end as id
      from installations i
      cross join lateral (
        select status from deployments d where d.installation_id = i.id order by d.id desc limit 1) last
      cross join lateral (
        select id from deployments d where d.installation_id = i.id and d.status = 'ready' order by d.id desc limit 1
      ) ready) newest
    where newest.installation = i.id`;
  await sql`
    insert into domains (host, installation_id, service)
    select p.slug || '.localhost', i.id, 'web' from installations i join products p on p.id = i.product_id
    where i.live_deployment_id is not null`;
  await sql`
    insert into port_leases (port, deployment_id, service)
    select 20000 + i.id, i.live_deployment_id, 'web' from installations i where i.live_deployment_id is not null`;
}

/** What else grows: the audit log, deliveries, and what forges were told. */
async function fillBeside(sql: postgres.Sql, { products }: Size): Promise<void> {
  await sql`
    insert into audit_entries (at, who, what, subject, address)
    select now() - interval '365 days' * (1 - n / 200000.0), 'ada', 'deployed', 'app-' || 1 + n % ${products}::int, '10.0.0.7'
    from generate_series(1, 200000) n`;
  await sql`
    insert into sources (product_id, token, webhook_secret)
    select id, null, null from products where repository is not null`;
  await sql`
    insert into webhook_deliveries (product_id, at, via, delivery_id, digest, first, genuine, name, outcome, verdict)
    select p.id, now() - interval '1 day' * n, 'github', md5(p.id || ' ' || n), md5(n || ' ' || p.id), true, true, 'push',
      'deployed', 'Deployed main'
    from products p cross join generate_series(1, 100) n where p.repository is not null`;
  await sql`
    insert into forge_reports (deployment_id, told)
    select d.id, case d.status when 'ready' then 'success' when 'failed' then 'failure' else 'success' end
    from deployments d join installations i on i.id = d.installation_id join sources s on s.product_id = i.product_id
    where d.created_at > now() - interval '4 days'`;
}

async function sealVariables(sql: postgres.Sql, seal: Seal, { products }: Size): Promise<void> {
  const rows = Array.from({ length: products * variablesEach }, (_, index) => {
    const installation = 1 + Math.floor(index / variablesEach);
    const name = `SETTING_${index % variablesEach}`;
    return {
      installation,
      name,
      value: seal({ kind: "variable", id: `${installation} ${name}` }, `value ${index}`),
    };
  });
  for (let first = 0; first < rows.length; first += sealedAtOnce) {
    const some = rows.slice(first, first + sealedAtOnce);
    await sql`
      insert into variables (installation_id, name, value)
      select id, name, decode(value, 'hex')
      from unnest(${some.map(({ installation }) => installation)}::bigint[], ${some.map(({ name }) => name)}::text[],
        ${some.map(({ value }) => value.toString("hex"))}::text[]) as row (id, name, value)`;
  }
}

async function sealSpecs(sql: postgres.Sql, seal: Seal, { deployments, products }: Size): Promise<void> {
  const each = Math.floor(deployments / products);
  const rows = await sql<{ id: string; product: string; number: number }[]>`
    select d.id, i.product_id as product, d.number from deployments d join installations i on i.id = d.installation_id
    where d.spec is not null
      and d.number > ${each} - case when i.id <= ${browsed} then ${openableOfBrowsed}::int else ${openable}::int end`;
  for (let first = 0; first < rows.length; first += sealedAtOnce) {
    const some = rows.slice(first, first + sealedAtOnce).map(({ id, product }) => {
      const stored = sealSpec(seal, Number(id) as DeploymentId, specOf(Number(product)));
      return { id: Number(id), spec: JSON.stringify(stored) };
    });
    await sql`
      update deployments d set spec = row.spec::jsonb
      from unnest(${some.map(({ id }) => id)}::bigint[], ${some.map(({ spec }) => spec)}::text[]) as row (id, spec)
      where d.id = row.id`;
  }
}

/** A usual version: one web service with a few variables. */
function specOf(product: number): DeploymentSpec {
  const variables = Object.fromEntries(
    Array.from({ length: variablesEach }, (_, index) => [
      `SETTING_${index}`,
      `value ${(product - 1) * variablesEach + index}`,
    ]),
  );
  return {
    commit: "a".repeat(40) as CommitSha,
    stacks: [{ name: "app", services: [service(variables)] }],
    variables,
    routes: [{ host: `app-${product}.localhost`, service: "web" }],
  };
}

function service(environment: Readonly<Record<string, string>>): DeploymentSpec["stacks"][number]["services"][number] {
  return {
    name: "web",
    kind: "web",
    kindReason: null,
    image: `sha256:${"1".repeat(64)}` as ImageId,
    pulledAs: null,
    port: 3000,
    portDeclared: false,
    command: null,
    environment,
    takesVariables: true,
    health: { path: "/", intervalMs: 1000, tryTimeoutMs: 5000, timeoutMs: 90_000, successes: 3 },
    stopGraceMs: 10_000,
    limits: { memoryBytes: 512 * 1024 * 1024, pids: 512, cpus: null },
    dependsOn: [],
    stateful: null,
    keptFrom: null,
    container: plainContainer,
    domains: [],
  };
}
