import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hostAddress } from "../../server/model/names/host-address.ts";
import { longestServiceName } from "../../server/model/names/service-name.ts";
import type { DeploymentContext } from "../../server/pipeline/context/context.ts";
import { DeploymentFailed } from "../../server/pipeline/deployment-failed.ts";
import { planVersion } from "../../server/pipeline/source/plan.ts";
import type { FixedConfig } from "../../server/proxy/config/caddy-config.ts";
import { createConfiguration } from "../../server/proxy/config/configuration.ts";
import type { CaddyAdmin } from "../../server/proxy/process/admin.ts";
import { createHostLinks } from "../../server/proxy/switch/host-links.ts";
import { createSwitch } from "../../server/proxy/switch/switch.ts";
import { imageTag } from "../../server/rules/rollout/retention.ts";
import { hostsFor } from "../../server/rules/routing/urls.ts";
import { deployment, installation } from "../proxy/sample-routes.ts";

// Every service name that Compose allows is either refused in the plan or served. None fails only at the cut-over.
const never = new AbortController().signal;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-names-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface Version {
  readonly names: readonly string[];
  readonly domain: string;
  readonly environment: string;
}

/** The routes of a compose file with these web services. Rejects when a deployment's plan would. */
async function routesOf({ names, domain, environment }: Version) {
  const file = JSON.stringify({
    services: Object.fromEntries(names.map((name) => [name, { image: "nginx", ports: ["80:80"] }])),
  });
  const context = {
    store: {
      sources: { get: async () => ({ rootDirectory: "" }) },
      installations: { buildMarks: async () => ({}) },
    },
    engine: { machine: async () => ({ cpus: 2, memoryBytes: 4 * 1024 ** 3 }) },
    git: {
      listTree: async () => [{ path: "compose.yaml", type: "file", mode: "100644", sizeBytes: file.length }],
      readFile: async () => Buffer.from(file),
    },
    limits: { healthTimeoutMs: 90_000, domain: "localhost" },
    product: { id: 1, slug: "a-product" },
    environment: { name: environment, domain },
    installation: { id: 1 },
    journal: { stage() {}, note() {}, warn() {} },
    signal: never,
  } as unknown as DeploymentContext;
  const inputs = {
    variables: {},
    plainVariables: [],
    settings: new Map(),
    buildSettings: { marks: {}, rootDirectory: "" },
  };
  const { plan } = await planVersion(context, "a".repeat(40) as never, inputs);
  const services = plan.stacks.flatMap((stack) => stack.services);
  return hostsFor({ product: "a-product", environment, domain, services, custom: [] });
}

/** Resolves with the proxy's verdict on the routes. */
async function serve(routes: Awaited<ReturnType<typeof routesOf>>) {
  let runs = "null";
  const admin: CaddyAdmin = {
    ping: async () => {},
    config: async () => runs,
    async load(config) {
      runs = JSON.stringify(config);
    },
    upstreams: async () => [],
    stop: async () => {},
  };
  const own = await mkdtemp(join(folder, "caddy-"));
  const internalPorts = { proof: 19001, resting: 19002 };
  const frame: FixedConfig = {
    ...{ folder: own, routesFolder: join(own, "routes"), adminSocket: join(own, "admin.sock"), internalPorts },
    ...{ httpPort: 8080, httpsPort: 8443, plainHttp: true, ipv6Loopback: false, publicHost: null },
  };
  const switches = createSwitch({ routesFolder: frame.routesFolder, restingPort: 19002 });
  const prover = { prove: async () => null, untilKnown: async () => {}, listens: async () => true };
  const links = createHostLinks({ routesFolder: frame.routesFolder });
  const configuration = createConfiguration({ file: join(own, "caddy.json"), frame, admin, switches, links, prover });
  const faults = await configuration.setRoutes([{ installation: installation(1), routes }], never);
  const addresses = new Map(
    [...new Set(routes.map(({ service }) => service))].map((name, index) => [
      name,
      hostAddress("127.0.0.2", 20_000 + index),
    ]),
  );
  await switches.prepare(installation(1), deployment(7), addresses);
  await switches.switchTo(installation(1), deployment(7));
  return { faults, addresses, found: await switches.upstreamsOf(installation(1), deployment(7)) };
}

async function isRefusedOrServed(version: Version): Promise<"refused" | "served"> {
  const routes = await routesOf(version).catch((error: unknown) => {
    if (!(error instanceof DeploymentFailed)) throw error;
    expect(error.failure.stage).toBe("plan");
    expect(error.failure.message).toMatch(/^[^\n]{20,400}$/);
    return null;
  });
  if (routes === null) return "refused";
  const { faults, addresses, found } = await serve(routes);
  expect(faults).toEqual([]);
  expect(found).toEqual(addresses);
  expect(new Set(routes.map(({ host }) => host)).size).toBe(routes.length);
  const tags = new Set(version.names.map((name) => imageTag("abcdefgh", 1, name, 2)));
  expect(tags.size).toBe(version.names.length);
  for (const tag of tags) expect(tag).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*\/[a-z0-9]+(?:-+[a-z0-9]+)*:d2$/);
  return "served";
}

const character = fc.constantFrom(..."aZ09._-");
const name = fc.oneof(
  fc.constantFrom("_web", ".x", "-x", ".", "..", "_", "-", "live", ".deployment", "constructor", "__proto__"),
  fc.string({ unit: character, minLength: 1, maxLength: 12 }),
  fc.string({ unit: character, minLength: 60, maxLength: longestServiceName + 5 }),
);

/** A domain of about this many characters. */
function domainOf(length: number): string {
  const labels = Array.from({ length: Math.ceil(length / 32) }, () => "d".repeat(31));
  return `${labels.join(".").slice(-length).replace(/^\.+/, "")}.example`;
}

test("any names that Compose allows, below any domain, are refused in the plan or served", async () => {
  const version = fc.record({
    names: fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
    domain: fc.integer({ min: 1, max: 245 }).map(domainOf),
    environment: fc.constantFrom("production", "a-long-environment-ab"),
  });
  await fc.assert(
    fc.asyncProperty(version, async (each) => void (await isRefusedOrServed(each))),
    { numRuns: 80 },
  );
}, 60_000);

const production = { environment: "production", domain: "example.com" };

test.each([
  [["_web"]],
  [[".x"]],
  [["-x"]],
  [["..", "."]],
  [["_", "-", "."]],
  [["a_b", "a-b", "a.b"]],
  [["x".repeat(101), "y".repeat(longestServiceName)]],
  [["live", ".deployment", "empty", "stopped"]],
])("services called %j are served", async (names) => {
  expect(await isRefusedOrServed({ ...production, names })).toBe("served");
});

test("names are cut to what is left of a host, as long as something is", async () => {
  const domain = domainOf(220);
  const routes = await routesOf({
    ...production,
    domain,
    names: ["web", "adminconsoleoftheshop", "adminconsoleofus"],
  });
  const room = 253 - `.a-product.${domain}`.length;
  expect(routes.map(({ host }) => host.split(".")[0]?.length)).toEqual([9, room, room]);
  expect(new Set(routes.map(({ host }) => host)).size).toBe(3);
});

test("a host that is too long whatever is cut is refused with one sentence", async () => {
  await expect(routesOf({ ...production, domain: domainOf(245), names: ["web"] })).rejects.toMatchObject({
    failure: {
      stage: "plan",
      message: expect.stringMatching(
        /^this version cannot be served: the address a-product\.d+.*… has 2\d\d characters, and host names have at most 253$/,
      ),
      hint: "Use a shorter domain for the environment production.",
    },
  });
});

test("names that differ in capitals only are refused, because Docker's DNS does not tell them apart", async () => {
  await expect(routesOf({ ...production, names: ["Web", "web"] })).rejects.toThrow(
    "differ only in upper and lower case",
  );
});
