import { Agent, request } from "node:http";
import { expect, test } from "vitest";
import { createTestBed } from "../proxy/real-caddy.ts";
import { deployment, installation, routesFor, webOn } from "../proxy/sample-routes.ts";
import { startApp } from "../proxy/test-app.ts";

/** Compares two ways to switch on one Caddy under one load: renaming a symlink, and loading a configuration. */

const switches = 100;
const pauseBetweenMs = 30;
const never = new AbortController().signal;

test("requests lost and time taken by a switch", async () => {
  await using bed = await createTestBed();
  await using one = await startApp("one");
  await using two = await startApp("two");
  const { proxy, options } = bed;
  await proxy.start(never);
  await proxy.setRoutes([routesFor(1, "app.localhost")], never);
  await proxy.prepare(installation(1), deployment(1), webOn(one.port));
  await proxy.prepare(installation(1), deployment(2), webOn(two.port));
  await proxy.switchTo(installation(1), deployment(1));

  const rows = [];
  for (const connections of ["new", "kept"] as const) {
    rows.push(
      await measure(`rename, ${connections} connections`, connections, options.httpPort, async (turn) => {
        const { tookMs } = await proxy.switchTo(installation(1), deployment(1 + (turn % 2)));
        return tookMs;
      }),
      await measure(`load, ${connections} connections`, connections, options.httpPort, async (turn) => {
        const beganMs = performance.now();
        // A host is added or removed, the smallest change that makes Caddy load a new configuration.
        const hosts = turn % 2 === 0 ? ["app.localhost"] : ["app.localhost", "more.localhost"];
        await proxy.setRoutes([routesFor(1, ...hosts)], never);
        return performance.now() - beganMs;
      }),
    );
  }
  process.stdout.write(`\n${table(rows)}\n`);
  expect(rows.filter(({ what }) => what.startsWith("rename")).map(({ lost }) => lost)).toEqual([0, 0]);
});

interface Row {
  readonly what: string;
  readonly requests: number;
  readonly lost: number;
  readonly medianMs: number;
}

async function measure(
  what: string,
  connections: "new" | "kept",
  port: number,
  change: (turn: number) => Promise<number>,
): Promise<Row> {
  let stopped = false;
  const counts = { requests: 0, lost: 0 };
  const workers = [0, 1].map(async () => {
    const agent = connections === "kept" ? new Agent({ keepAlive: true, maxSockets: 1 }) : false;
    while (!stopped) {
      counts.requests += 1;
      if (!(await answers(port, agent))) counts.lost += 1;
    }
    if (agent) agent.destroy();
  });
  const took: number[] = [];
  for (let turn = 0; turn < switches; turn++) {
    took.push(await change(turn));
    await new Promise((resolve) => setTimeout(resolve, pauseBetweenMs));
  }
  stopped = true;
  await Promise.all(workers);
  return { what, ...counts, medianMs: took.sort((left, right) => left - right)[took.length >> 1] ?? Number.NaN };
}

function answers(port: number, agent: Agent | false): Promise<boolean> {
  return new Promise((resolve) => {
    const outgoing = request({ host: "127.0.0.1", port, agent, headers: { Host: "app.localhost" } }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode === 200));
      response.on("error", () => resolve(false));
    });
    outgoing.on("error", () => resolve(false)).end();
  });
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ what, requests, lost, medianMs }) =>
    [what.padEnd(26), String(requests).padStart(9), String(lost).padStart(6), medianMs.toFixed(2).padStart(12)].join(
      " ",
    ),
  );
  return [
    `${"switch by".padEnd(26)} ${"requests".padStart(9)} ${"lost".padStart(6)} ${"median, ms".padStart(12)}`,
    ...lines,
  ].join("\n");
}
