import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { measurePath, number, startWith } from "./scale/measure-path.ts";
import type { Team } from "./scale/team.ts";
import { createSamples, report } from "./support/figures.ts";

/** Pages, lists and idle cost of a server with many products. BATON_BENCH_PRODUCTS says with how many. */

const products = number("BATON_BENCH_PRODUCTS", 1_000);
const idleMs = number("BATON_BENCH_IDLE_MS", 60_000);
/** Measures only addresses that contain this. */
const only = process.env.BATON_BENCH_ONLY ?? "";
const viewers = 200;
const turnsAfterWrites = 30;
const { add, samples } = createSamples();

test("pages, lists and idle cost of a server with many products", { timeout: 3_600_000 }, async () => {
  await using team = await startWith(products);
  add("start, ms", team.startedMs);
  const paths = (await pathsOf(team)).filter(([path]) => path.includes(only));
  for (const [path, name] of paths) {
    const firstMs = await measurePath(team, path, (tookMs) => add(name, tookMs));
    if (path === "/") add(`first look at ${products} products, ms of the request`, firstMs);
  }
  await measureAfterWrites(team);
  await delay(5_000);
  const idle = await cost(team, idleMs);
  add("idle server, ms of CPU a second", idle.server);
  add("its database, ms of CPU a second", idle.database);
  add("idle server, MB", await team.memoryMb());
  await measureViewers(team);
  await report("scale", samples);
});

/** What is kept of earlier answers is of no use then: each page asks the database for everything. */
async function measureAfterWrites(team: Team): Promise<void> {
  for (const path of ["/products/app-7", "/products/app-7/deployments", "/products/app-7/variables"]) {
    for (let turn = 0; turn < turnsAfterWrites; turn++) {
      const body = { set: { TURN: String(turn) } };
      const written = await team.ask("/api/product-deployments/7/variables", { method: "PUT", body });
      expect(written.status).toBe(200);
      add(`right after a change: ${path}, ms`, (await team.ask(path)).tookMs);
    }
  }
}

async function measureViewers(team: Team): Promise<void> {
  const streams = await Promise.all(Array.from({ length: viewers }, () => team.watch("/stream")));
  await delay(3_000);
  const watched = await cost(team, Math.min(idleMs, 20_000));
  add(`server, ${viewers} viewers of home, ms of CPU a second`, watched.server);
  add(`server, ${viewers} viewers of home, MB`, await team.memoryMb());
  for (const end of streams) end();
}

async function pathsOf({ sql }: Team): Promise<readonly (readonly [path: string, name: string])[]> {
  const [newest] = await sql<{ id: string; session: string | null }[]>`
    select d.id from deployments d join installations i on i.id = d.installation_id
    where i.product_id = 7 order by d.id desc limit 1`;
  const at = `/deployments/${newest?.id}`;
  return [
    ...["/", "/?view=cards", "/?q=app-7", "/?state=attention", "/?sort=recent", "/?sort=name"],
    ...["/api/products", "/api/product-deployments", "/api/deployments", "/api/environments", "/api/activity"],
    ...["/api/products/app-7", "/api/products/app-7/deployments", "/api/product-deployments/7"],
    ...["/products/app-7", "/products/app-7/deployments", "/products/app-7/logs", "/products/app-7/variables"],
    ...["/products/app-7/domains", "/products/app-7/settings", "/products/app-7/webhooks", "/products/app-7/redeploy"],
    ...["/deployments", "/deployments?status=failed", "/deployments?status=under-way", "/deployments?product=app-7"],
    ...[at, `/api${at}`],
    ...["/queue", "/activity", "/environments", "/new", "/set-up", "/system", "/api/activity?product=app-7"],
  ].map((path) => {
    const query = /^\/(\?.*)?$/.exec(path);
    return [path, query ? `home${query[1] ?? ""}, ms` : `GET ${path.replace(at, "/deployments/<id>")}, ms`] as const;
  });
}

/** Milliseconds of CPU a second, with nobody asking. */
async function cost(team: Team, forMs: number) {
  const before = await team.cpu();
  await delay(forMs);
  const after = await team.cpu();
  const aSecond = (from: number, to: number) => ((to - from) * 1000) / forMs;
  return { server: aSecond(before.server, after.server), database: aSecond(before.database, after.database) };
}
