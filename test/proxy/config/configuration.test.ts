import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ProxyRefused, ProxyUnavailable } from "../../../server/ports/proxy.ts";
import type { FixedConfig } from "../../../server/proxy/config/caddy-config.ts";
import { type Configuration, createConfiguration } from "../../../server/proxy/config/configuration.ts";
import type { CaddyAdmin } from "../../../server/proxy/process/admin.ts";
import { createSwitch } from "../../../server/proxy/switch/switch.ts";
import { installation, routesFor } from "../sample-routes.ts";

// Failures of Caddy that a real Caddy does not produce on demand.
const { signal } = new AbortController();
let folder: string;
let file: string;
let runs: string;
let loads: number;
let load: CaddyAdmin["load"];
let configuration: Configuration;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-configuration-"));
  file = join(folder, "caddy.json");
  [runs, loads] = ["null", 0];
  load = async (config) => {
    runs = JSON.stringify(config);
  };
  const admin: CaddyAdmin = {
    ping: async () => {},
    config: async () => runs,
    load: (config, until) => {
      loads += 1;
      return load(config, until);
    },
    upstreams: async () => [],
    stop: async () => {},
  };
  const prover = { prove: async () => null, untilKnown: async () => {}, listens: async () => true };
  const frame: FixedConfig = {
    folder,
    routesFolder: join(folder, "routes"),
    httpPort: 8080,
    httpsPort: 8443,
    plainHttp: true,
    ipv6Loopback: false,
    internalPorts: { proof: 19001, resting: 19002 },
    publicHost: null,
    adminSocket: join(folder, "admin.sock"),
  };
  const switches = createSwitch({ routesFolder: frame.routesFolder, restingPort: 19002 });
  configuration = createConfiguration({ file, frame, admin, switches, prover });
  await configuration.setRoutes([routesFor(1, "old.localhost")], signal);
});
afterEach(() => rm(folder, { recursive: true }));

const onDisk = () => readFile(file, "utf8");

test("the same routes are not loaded twice", async () => {
  await configuration.setRoutes([routesFor(1, "old.localhost")], signal);
  expect(loads).toBe(1);
});

test("a refused configuration leaves the file and what runs as they were", async () => {
  const before = [await onDisk(), runs];
  load = async () => {
    throw new ProxyRefused("no");
  };
  await expect(configuration.setRoutes([routesFor(1, "new.localhost")], signal)).rejects.toThrow(ProxyRefused);
  expect([await onDisk(), runs]).toEqual(before);
  expect(await configuration.restore(signal)).toBe(false);
});

test("a load that was applied although its answer got lost counts", async () => {
  load = async (config) => {
    runs = JSON.stringify(config);
    throw new ProxyUnavailable("lost");
  };
  await configuration.setRoutes([routesFor(1, "new.localhost")], signal);
  expect(await onDisk()).toContain("new.localhost");
});

test("a load that never arrived leaves the old file, and can be tried again", async () => {
  const before = await onDisk();
  const works = load;
  load = async () => {
    throw new ProxyUnavailable("away");
  };
  await expect(configuration.setRoutes([routesFor(1, "new.localhost")], signal)).rejects.toThrow(ProxyUnavailable);
  expect(await onDisk()).toBe(before);
  load = works;
  await configuration.setRoutes([routesFor(1, "new.localhost")], signal);
  expect(runs).toContain("new.localhost");
});

test("changes that come at once are made one after the other", async () => {
  const tables = ["a", "b", "c"].map((name) => [routesFor(1, `${name}.localhost`)]);
  await Promise.all(tables.map((table) => configuration.setRoutes(table, signal)));
  expect(runs).toContain("c.localhost");
  expect(JSON.parse(await onDisk())).toEqual(JSON.parse(runs));
});

test("an aborted change is none", async () => {
  const before = await onDisk();
  const change = configuration.setRoutes([routesFor(1, "new.localhost")], AbortSignal.abort(new Error("cancelled")));
  await expect(change).rejects.toThrow("cancelled");
  expect(await onDisk()).toBe(before);
});

test("a route that cannot be served is left out, and its installation named; all else is served", async () => {
  const poison = { installation: installation(7), routes: [{ host: "poison.localhost", service: "../live" }] };
  const faults = await configuration.setRoutes([poison, routesFor(8, "shop.localhost")], signal);
  expect(faults).toEqual([{ installation: 7, message: '"../live" is not a service name' }]);
  expect(runs).toContain("shop.localhost");
  expect(runs).not.toContain("poison");
});
