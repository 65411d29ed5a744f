import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { startTeam, type Team } from "./team.ts";

export const number = (name: string, usual: number) => Number(process.env[name] ?? usual);
const deployments = number("BATON_BENCH_DEPLOYMENTS", 1_000_000);
const events = number("BATON_BENCH_EVENTS", 2 * deployments);
const times = number("BATON_BENCH_REQUESTS", 100);

/**
 * A server with so many products. BATON_BENCH_DEPLOYMENTS and BATON_BENCH_EVENTS say how much past they have. The data is
 * made once, in a folder of the temporary folder that is kept.
 */
export function startWith(products: number): Promise<Team> {
  const folder = `baton-bench-${products}-${deployments}-${events}`;
  return startTeam(join(tmpdir(), folder), { products, deployments, events });
}

/** Resolves with how long the first request took. A page that takes seconds is not asked a hundred times. */
export async function measurePath(team: Team, path: string, add: (tookMs: number) => void): Promise<number> {
  const first = await team.ask(path);
  expect(first.status, path).toBe(200);
  const count = Math.max(5, Math.min(times, Math.floor(20_000 / first.tookMs)));
  for (let turn = 0; turn < count; turn++) add((await team.ask(path)).tookMs);
  return first.tookMs;
}
