import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Size } from "./scale/data.ts";
import { startTeam, type Team } from "./scale/team.ts";

/**
 * Pages, lists and idle cost of a server with many products. BATON_BENCH_PRODUCTS, BATON_BENCH_DEPLOYMENTS and
 * BATON_BENCH_EVENTS set the size. The data is made once, in a folder of the temporary folder that is kept.
 */

const number = (name: string, usual: number) => Number(process.env[name] ?? usual);
const deployments = number("BATON_BENCH_DEPLOYMENTS", 1_000_000);
const size: Size = {
  products: number("BATON_BENCH_PRODUCTS", 1_000),
  deployments,
  events: number("BATON_BENCH_EVENTS", 2 * deployments),
};
const folder = join(tmpdir(), `baton-bench-${size.products}-${size.deployments}-${size.events}`);
const times = number("BATON_BENCH_REQUESTS", 100);
const idleMs = number("BATON_BENCH_IDLE_MS", 60_000);
/** Measures only addresses that contain this. */
const only = process.env.BATON_BENCH_ONLY ?? "";
const viewers = 100;

test("a server with many products", { timeout: 3_600_000 }, async () => {
  await using team = await startTeam(folder, size);
  const rows = [];
  for (const path of await pathsOf(team)) if (path.includes(only)) rows.push(await measure(team, path));
  const idle = await idleCost(team, idleMs);
  const watched = await watchedCost(team, Math.min(idleMs, 20_000));
  process.stdout.write(
    [
      "",
      `${size.products} products, ${size.deployments} deployments, ${size.events} events`,
      `start: ${team.startedMs.toFixed(0)} ms`,
      line("path", ["p50, ms", "p99, ms", "CPU, ms", "database", "kB"]),
      ...rows.map(({ path, p50, p99, serverMs, databaseMs, kB }) =>
        line(
          path,
          [p50, p99, serverMs, databaseMs, kB].map((figure) => figure.toFixed(1)),
        ),
      ),
      `idle: ${idle.server.toFixed(1)} ms CPU a second in the server, ${idle.database.toFixed(1)} in the database`,
      `${viewers} viewers of the products: ${watched.server.toFixed(1)} and ${watched.database.toFixed(1)}`,
      "",
    ].join("\n"),
  );
  expect(rows.filter(({ status }) => status !== 200)).toEqual([]);
});

function line(what: string, figures: readonly string[]): string {
  return [what.padEnd(36), ...figures.map((figure) => figure.padStart(9))].join(" ");
}

async function pathsOf({ sql }: Team): Promise<readonly string[]> {
  const [newest] = await sql<{ id: string; session: string | null }[]>`
    select d.id from deployments d join installations i on i.id = d.installation_id
    where i.product_id = 7 order by d.id desc limit 1`;
  return [
    ...["/", "/?view=cards", "/?q=app-7", "/?state=attention", "/?sort=recent", "/?sort=name"],
    ...["/api/products", "/api/product-deployments", "/api/deployments", "/api/environments", "/api/activity"],
    ...["/api/products/app-7", "/api/products/app-7/deployments", "/api/product-deployments/7"],
    ...["/products/app-7", "/products/app-7/deployments", "/products/app-7/logs", "/products/app-7/variables"],
    ...["/products/app-7/domains", "/products/app-7/settings", "/products/app-7/webhooks", "/products/app-7/redeploy"],
    ...["/deployments", "/deployments?status=failed", "/deployments?status=under-way", "/deployments?product=app-7"],
    ...[`/deployments/${newest?.id}`, `/api/deployments/${newest?.id}`],
    ...["/queue", "/activity", "/environments", "/new", "/set-up", "/system", "/api/activity?product=app-7"],
  ];
}

async function measure(team: Team, path: string) {
  const first = await team.ask(path);
  const took: number[] = [];
  // A page that takes seconds is not asked a hundred times.
  const count = Math.max(5, Math.min(times, Math.floor(20_000 / first.tookMs)));
  const before = await team.cpu();
  for (let turn = 0; turn < count; turn++) took.push((await team.ask(path)).tookMs);
  const after = await team.cpu();
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? Number.NaN;
  return {
    ...{ path, status: first.status, p50: at(0.5), p99: at(0.99), kB: first.body.length / 1000 },
    // What it costs, which a busy machine does not change much.
    serverMs: (after.server - before.server) / count,
    databaseMs: (after.database - before.database) / count,
  };
}

/** Milliseconds of CPU a second, with nobody there. */
async function idleCost(team: Team, forMs: number) {
  const before = await team.cpu();
  await delay(forMs);
  const after = await team.cpu();
  const aSecond = (from: number, to: number) => ((to - from) * 1000) / forMs;
  return { server: aSecond(before.server, after.server), database: aSecond(before.database, after.database) };
}

async function watchedCost(team: Team, forMs: number) {
  const streams = await Promise.all(Array.from({ length: viewers }, () => team.watch("/stream")));
  await delay(3_000);
  const cost = await idleCost(team, forMs);
  for (const end of streams) end();
  return cost;
}
