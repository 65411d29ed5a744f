import { mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ProxyRefused, ProxyUnavailable } from "../../../server/ports/proxy.ts";
import type { FixedConfig } from "../../../server/proxy/config/caddy-config.ts";
import { type Configuration, createConfiguration } from "../../../server/proxy/config/configuration.ts";
import type { CaddyAdmin } from "../../../server/proxy/process/admin.ts";
import { createHostLinks } from "../../../server/proxy/switch/host-links.ts";
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
let reopen: (changes: Partial<FixedConfig>) => Configuration;

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
    // Over HTTPS, each host is in the configuration.
    plainHttp: false,
    ipv6Loopback: false,
    internalPorts: { proof: 19001, resting: 19002 },
    publicHost: null,
    adminSocket: join(folder, "admin.sock"),
  };
  const switches = createSwitch({ routesFolder: frame.routesFolder, restingPort: 19002 });
  const links = createHostLinks({ routesFolder: frame.routesFolder });
  const common = { file, admin, switches, links, prover };
  configuration = createConfiguration({ ...common, frame });
  reopen = (changes) => createConfiguration({ ...common, frame: { ...frame, ...changes } });
  await configuration.setRoutes([routesFor(1, "old.localhost")], signal);
});
afterEach(() => rm(folder, { recursive: true }));

const onDisk = () => readFile(file, "utf8");
const hosts = () => readdir(join(folder, "routes/hosts"));

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
  expect(await hosts()).toEqual(["old.localhost"]);
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

test("over plain HTTP, a host that comes, moves or goes is a link, and nothing is loaded", async () => {
  const plain = reopen({ plainHttp: true });
  await plain.setRoutes([routesFor(1, "old.localhost")], signal);
  const before = loads;
  await plain.setRoutes([routesFor(1, "old.localhost"), routesFor(2, "new.localhost")], signal);
  expect(await readlink(join(folder, "routes/hosts/new.localhost"))).toBe("../2/live/@web");
  expect(await readlink(join(folder, "routes/deployments/new.localhost"))).toBe("../2/live/.deployment");

  await plain.setRoutes([routesFor(3, "new.localhost")], signal);
  expect(await hosts()).toEqual(["new.localhost"]);
  expect(await readlink(join(folder, "routes/hosts/new.localhost"))).toBe("../3/live/@web");
  expect(loads).toBe(before);
});

test("a link that somebody removed is made again with the next routes", async () => {
  await rm(join(folder, "routes/hosts/old.localhost"));
  await configuration.setRoutes([routesFor(1, "old.localhost")], signal);
  expect(await hosts()).toEqual(["old.localhost"]);
});

test("a service that begins to wait gets a route, and its link goes", async () => {
  const waiting = { installation: installation(1), routes: [{ host: "old.localhost", service: "web", waits: true }] };
  await configuration.setRoutes([waiting], signal);
  expect(runs).toContain('"@id":"1/web"');
  expect(await hosts()).toEqual([]);
});

test("a service that waits no longer is found all the time when the change breaks off after its load", async () => {
  const waiting = { installation: installation(1), routes: [{ host: "old.localhost", service: "web", waits: true }] };
  const plain = reopen({ plainHttp: true });
  await plain.setRoutes([waiting], signal);
  const before = runs;
  const stopping = new AbortController();
  /** Whether a request finds the host, whatever Caddy is doing. */
  const isServed = async () => runs.includes('"@id":"1/web"') || (await hosts()).includes("old.localhost");
  const served: boolean[] = [];
  load = async (config, until) => {
    runs = JSON.stringify(config);
    stopping.abort(new Error("the lock on the database is lost"));
    until.throwIfAborted();
  };
  await expect(plain.setRoutes([routesFor(1, "old.localhost")], stopping.signal)).rejects.toThrow("lock");
  expect(runs).not.toBe(before);
  served.push(await isServed());
  load = async (config) => {
    served.push(await isServed());
    runs = JSON.stringify(config);
  };
  expect(await plain.restore(signal)).toBe(true);
  expect([...served, await isServed()]).toEqual([true, true, true]);
  expect([runs, await hosts()]).toEqual([before, []]);
});

test("the hosts on disk are served by the next Baton before the database can be asked", async () => {
  expect(JSON.stringify(await reopen({}).desired())).toContain("old.localhost");
});
