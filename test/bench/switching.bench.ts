import { expect, test } from "vitest";
import type { InstallationRoutes } from "../../server/ports/proxy.ts";
import { createTestBed } from "../proxy/real-caddy.ts";
import { deployment, installation, routesFor, webOn } from "../proxy/sample-routes.ts";
import { startApp } from "../proxy/test-app.ts";
import { createSamples, report } from "./support/figures.ts";
import { startTraffic } from "./support/traffic.ts";

/** Compares two ways to switch on one Caddy under one load: renaming a symlink, and loading a configuration. */

const switches = 100;
const pauseBetweenMs = 30;
const never = new AbortController().signal;
/** A service that waits has a route of its own, so that Caddy loads a new configuration when it comes or goes. */
const more: InstallationRoutes = {
  installation: installation(2),
  routes: [{ host: "more.localhost", service: "web", waits: true }],
};

test("requests lost and time taken by a switch", async () => {
  await using bed = await createTestBed();
  await using one = await startApp("one");
  await using two = await startApp("two");
  const { proxy, options } = bed;
  const { add, samples } = createSamples();
  await proxy.start(never);
  await proxy.setRoutes([routesFor(1, "app.localhost")], never);
  await proxy.prepare(installation(1), deployment(1), webOn(one.port));
  await proxy.prepare(installation(1), deployment(2), webOn(two.port));
  await proxy.switchTo(installation(1), deployment(1));

  async function measure(way: string, connections: "new" | "kept", change: (turn: number) => Promise<number>) {
    const traffic = startTraffic(connections, options.httpPort, "app.localhost");
    for (let turn = 0; turn < switches; turn++) {
      add(`${way}, ${connections} connections, ms`, await change(turn));
      await new Promise((resolve) => setTimeout(resolve, pauseBetweenMs));
    }
    const { lost, tookMs } = await traffic.stop();
    const ofAll = `${connections} connections, ${way}`;
    add(way === "rename" ? `requests lost, ${ofAll}` : `requests that a load loses, ${ofAll}`, lost);
    add(`requests, ${ofAll}`, tookMs.length);
  }

  for (const connections of ["new", "kept"] as const) {
    await measure("rename", connections, async (turn) => {
      const { tookMs } = await proxy.switchTo(installation(1), deployment(1 + (turn % 2)));
      return tookMs;
    });
    await measure("load", connections, async (turn) => {
      const beganMs = performance.now();
      await proxy.setRoutes([routesFor(1, "app.localhost"), ...(turn % 2 === 0 ? [more] : [])], never);
      return performance.now() - beganMs;
    });
  }
  await report("switching", samples);
  for (const connections of ["new", "kept"]) {
    expect(samples.get(`requests lost, ${connections} connections, rename`)).toEqual([0]);
  }
});
