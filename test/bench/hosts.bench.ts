import { Agent, request } from "node:http";
import { expect, test } from "vitest";
import type { InstallationRoutes } from "../../server/ports/proxy.ts";
import { createTestBed } from "../proxy/real-caddy.ts";
import { deployment, installation, routesFor, webOn } from "../proxy/sample-routes.ts";
import { startApp } from "../proxy/test-app.ts";
import { createSamples, report } from "./support/figures.ts";

/** Loads many hosts for the first time, then adds hosts one by one while requests run, on one Caddy. */

const hosts = Number(process.env.BATON_BENCH_HOSTS ?? 2_000);
const requestsEach = Number(process.env.BATON_BENCH_REQUESTS ?? 20_000);
const pauseBetweenMs = 50;
const never = new AbortController().signal;

test("many hosts: the first load, and hosts that come one by one", async () => {
  await using bed = await createTestBed();
  await using app = await startApp("one");
  const { proxy, options } = bed;
  const { add, samples } = createSamples();
  await proxy.start(never);
  const table: InstallationRoutes[] = Array.from({ length: hosts }, (_, index) =>
    routesFor(index + 1, `app-${index + 1}.localhost`),
  );
  add(`first load of ${hosts} hosts, ms`, await timed(() => proxy.setRoutes(table, never)));
  await proxy.prepare(installation(1), deployment(1), webOn(app.port));
  await proxy.switchTo(installation(1), deployment(1));

  for (const connections of ["new", "kept"] as const) {
    const name = `${connections} connections while hosts are added`;
    const traffic = startTraffic(connections, options.httpPort);
    while (traffic.count() < requestsEach) {
      const next = table.length + 1;
      table.push(routesFor(next, `app-${next}.localhost`));
      add(`one host more, ms`, await timed(() => proxy.setRoutes(table, never)));
      await new Promise((resolve) => setTimeout(resolve, pauseBetweenMs));
    }
    const { lost, tookMs } = await traffic.stop();
    add(`lost requests of ${requestsEach}, ${connections} connections`, (lost * requestsEach) / tookMs.length);
    for (const ms of tookMs) add(`request on ${name}, ms`, ms);
  }
  await report("hosts", samples);
  expect(table.length).toBeGreaterThan(hosts);
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

/** Two clients that ask without a pause. */
function startTraffic(connections: "new" | "kept", port: number) {
  let stopped = false;
  let lost = 0;
  const tookMs: number[] = [];
  const clients = [0, 1].map(async () => {
    const agent = connections === "kept" ? new Agent({ keepAlive: true, maxSockets: 1 }) : false;
    while (!stopped) {
      const beganMs = performance.now();
      if (!(await answers(port, agent))) lost += 1;
      tookMs.push(performance.now() - beganMs);
    }
    if (agent) agent.destroy();
  });
  return {
    count: () => tookMs.length,
    async stop() {
      stopped = true;
      await Promise.all(clients);
      return { lost, tookMs };
    },
  };
}

function answers(port: number, agent: Agent | false): Promise<boolean> {
  return new Promise((resolve) => {
    request({ host: "127.0.0.1", port, headers: { Host: "app-1.localhost" }, agent }, (response) => {
      response
        .resume()
        .on("end", () => resolve(response.statusCode === 200))
        .on("error", () => resolve(false));
    })
      .on("error", () => resolve(false))
      .end();
  });
}
