import { expect, test } from "vitest";
import type { InstallationRoutes } from "../../server/ports/proxy.ts";
import { createTestBed } from "../proxy/real-caddy.ts";
import { deployment, installation, routesFor, webOn } from "../proxy/sample-routes.ts";
import { startApp } from "../proxy/test-app.ts";
import { createSamples, report } from "./support/figures.ts";
import { startTraffic } from "./support/traffic.ts";

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
    const traffic = startTraffic(connections, options.httpPort, "app-1.localhost");
    while (traffic.count() < requestsEach) {
      const next = table.length + 1;
      table.push(routesFor(next, `app-${next}.localhost`));
      add("one host more, ms", await timed(() => proxy.setRoutes(table, never)));
      await new Promise((resolve) => setTimeout(resolve, pauseBetweenMs));
    }
    const { lost, tookMs } = await traffic.stop();
    add(`lost requests of some ${requestsEach}, ${name}`, lost);
    add(`request on ${name}, ms`, ...tookMs);
  }
  await report("hosts", samples);
  expect(table.length).toBeGreaterThan(hosts);
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}
