import { randomInt, randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Dockerode from "dockerode";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, inject } from "vitest";
import type { BaseName } from "../../../../builder/plan/plan.ts";
import { runBaseImage } from "../../../run/base-images.ts";
import { freePorts } from "../../../run/free-ports.ts";
import { createDatabase, dropDatabase, urlOf } from "../../../run/postgres.ts";
import { type ApiClient, createApiClient } from "./api-client.ts";
import { leftInDocker, leftInFirewall, processesNaming } from "./leftovers.ts";
import { type Environment, type Exit, runServer, type ServerProcess } from "./server-process.ts";

/** A Baton for one test file: the real server as a process, with its own data, ports, networks and database. */
export interface Baton {
  readonly url: string;
  readonly token: string;
  readonly httpPort: number;
  readonly environment: Environment;
  readonly api: ApiClient;
  readonly docker: Dockerode;
  /** The URL that a product is pushed to. */
  remote(product: string): string;
  /** Sends a request to an app through Caddy. `api.shop` is another web service of the product `shop`. */
  ask(product: string, path?: string): Promise<{ readonly status: number; readonly body: string }>;
  /** The names of a product's containers, running or not. */
  containersOf(product: string): Promise<readonly string[]>;
  /** Everything in Docker with this Baton's label. */
  inDocker(): Promise<readonly string[]>;
  /** This Baton's rules in the host's packet filter. */
  inFirewall(): Promise<readonly string[]>;
  /** The current server process, or the last one. */
  process(): ServerProcess;
  stop(signal?: "SIGTERM" | "SIGINT"): Promise<Exit>;
  kill(): Promise<Exit>;
  /** Stops the server if it runs, and starts it with changed settings. Resolves once it serves. */
  restart(changes?: Environment): Promise<void>;
  /**
   * Removes everything that this Baton has, as a user would; can be called repeatedly. Rejects when anything is left.
   */
  down(): Promise<void>;
  /** The end of the server's log, for messages of failed tests. */
  logTail(): Promise<string>;
}

const lanes = 4;

/** The base images of most files. */
const usualBases: readonly BaseName[] = ["node:22", "static:1"];

/** For test files about Postgres: this Baton starts its own. The others get a database of the run's Postgres. */
export const embeddedPostgres: Environment = { DATABASE_URL: "" };

/**
 * One server for the tests of a file. Failures are reported with the server's log, and everything is removed at the
 * end.
 */
export function useBaton(settings: Environment = {}, bases: readonly BaseName[] = usualBases): () => Baton {
  let baton: Baton | null = null;
  const current = () => {
    if (!baton) throw new Error("Baton did not start");
    return baton;
  };
  beforeAll(async () => {
    baton = await startBaton(settings, bases);
  });
  beforeEach(({ onTestFailed }) => {
    onTestFailed(async ({ task }) => {
      const [error] = task.result?.errors ?? [];
      if (error && baton) error.message = `${error.message}\n\n${await explain(baton)}`;
    });
  });
  afterAll(async () => {
    await baton?.down();
  });
  return current;
}

/** `firstServer` holds another compiled server, which runs until the first restart. */
export async function startBaton(
  settings: Environment = {},
  bases: readonly BaseName[] = usualBases,
  firstServer?: string,
): Promise<Baton> {
  const folder = await mkdtemp(join(tmpdir(), "baton-e2e-"));
  const [listenPort = 0, httpPort = 0, httpsPort = 0] = await freePorts(3);
  const token = `e2e-${randomUUID()}`;
  const database = `e2e_${randomUUID().slice(0, 8)}`;
  // Files that run side by side never draw the same range, and other runs on this machine rarely do.
  const lane = Number(process.env.VITEST_POOL_ID ?? 0) % lanes;
  const firstPort = 20_000 + 100 * (lanes * randomInt(100 / lanes) + lane);
  const environment: Environment = {
    BATON_DATA: join(folder, "data"),
    BATON_LISTEN: `127.0.0.1:${listenPort}`,
    BATON_HTTP_PORT: String(httpPort),
    BATON_HTTPS_PORT: String(httpsPort),
    BATON_PORTS: `${firstPort}-${firstPort + 99}`,
    // A subnet pool of its own, so that Batons under test on one daemon do not collide.
    BATON_SUBNETS: `10.${randomInt(200, 250)}.${4 * (lanes * randomInt(64 / lanes) + lane)}.0/22`,
    BATON_ADMIN_TOKEN: token,
    DATABASE_URL: urlOf(inject("postgresUrl"), database),
    BATON_CADDY_BIN: process.env.BATON_CADDY_BIN ?? "caddy",
    BATON_HELLO: "0",
    // Each push waits for the watch window. Test files about the watch window set a longer one.
    BATON_WATCH: "300ms",
    BATON_WORKER_UP: "300ms",
    // The build cache is shared with everybody who uses this daemon.
    BATON_BUILD_CACHE: "off",
    // The network of builds is shared, too, and the builds of other test files fetch packages from this host.
    BATON_BUILD_HOST_PORTS: "all",
    BATON_LOG_LEVEL: "debug",
    ...settings,
  };
  // Otherwise the first tests of each Baton would wait for these images to be built.
  await Promise.all(bases.map(runBaseImage));
  await createDatabase(inject("postgresUrl"), database);
  const url = `http://127.0.0.1:${listenPort}`;
  const api = createApiClient(url, token);
  const docker = new Dockerode();
  let server = await serve(environment, url, firstServer).catch(async (error: unknown) => {
    await runServer("down.js", environment, ["--yes"]).exited;
    await removeTraces();
    throw error;
  });
  let instance: string | null = null;
  let downing: Promise<void> | null = null;

  const baton: Baton = {
    url,
    token,
    httpPort,
    environment,
    api,
    docker,
    remote: (product) => `http://x:${token}@127.0.0.1:${listenPort}/git/${product}.git`,
    ask: (product, path = "/version") => askApp(httpPort, product, path),
    async containersOf(product) {
      const { id } = await api.installation(product);
      const label = [`baton.instance=${await findInstance()}`, `baton.installation=${id}`];
      const containers = await docker.listContainers({ all: true, filters: { label } });
      return containers.map(({ Names: [name = ""] }) => name.slice(1)).sort();
    },
    inDocker: async () => leftInDocker(docker, await findInstance()),
    inFirewall: async () => leftInFirewall(await findInstance()),
    process: () => server,
    stop: (signal) => server.stop(signal),
    kill: () => server.kill(),
    async restart(changes = {}) {
      await server.stop();
      server = await serve({ ...environment, ...changes }, url);
    },
    down() {
      downing ??= takeDown();
      return downing;
    },
    async logTail() {
      const lines = await readFile(join(environment.BATON_DATA ?? "", "baton.log"), "utf8").catch(() => "");
      return `${lines.split("\n").slice(-40).join("\n")}\n${server.output().slice(-4_000)}`;
    },
  };
  return baton;

  async function removeTraces(): Promise<void> {
    await dropDatabase(inject("postgresUrl"), database);
    await rm(folder, { recursive: true, force: true });
  }

  async function takeDown(): Promise<void> {
    await server.stop();
    const known = await findInstance().catch(() => null);
    const { code, output } = await runServer("down.js", environment, ["--yes"]).exited;
    const left = [
      ...(known === null ? [] : await leftInDocker(docker, known)),
      ...(known === null ? [] : await leftInFirewall(known)),
      ...(await processesNaming(folder)),
      ...(await readdir(folder)),
    ];
    await removeTraces();
    if (code !== 0 || left.length > 0) {
      throw new Error(`down exited with ${code} and left ${left.join(", ") || "nothing"}:\n${output}`);
    }
  }

  /**
   * The server does not publish its instance id, so it is read from its database or, where that is the server's own,
   * from a network in this Baton's subnet pool.
   */
  async function findInstance(): Promise<string> {
    const stored = environment.DATABASE_URL ? await instanceIn(environment.DATABASE_URL).catch(() => null) : null;
    instance = stored ?? instance;
    if (environment.DATABASE_URL && instance !== null) return instance;
    const pool = (environment.BATON_SUBNETS ?? "").split(".");
    const networks = await docker.listNetworks({ filters: { label: ["baton.instance"] } });
    const own = networks.find(({ IPAM }) => (IPAM?.Config ?? []).some(({ Subnet }) => isInPool(Subnet, pool)));
    instance = own?.Labels?.["baton.instance"] ?? instance;
    if (instance === null) throw new Error("this Baton has not made a network yet");
    return instance;
  }
}

async function serve(environment: Environment, url: string, folder?: string): Promise<ServerProcess> {
  const server = runServer("main.js", environment, [], { folder });
  await server.prints("Baton is running");
  const health = await fetch(`${url}/healthz`);
  if (health.status !== 200) throw new Error(`/healthz answered ${health.status}: ${await health.text()}`);
  return server;
}

async function instanceIn(url: string): Promise<string | null> {
  const database = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const [found] = await database<{ id: string }[]>`select id from instances`;
    return found?.id ?? null;
  } finally {
    await database.end();
  }
}

function isInPool(subnet: string | undefined, [first, second, third]: readonly string[]): boolean {
  const [a, b, c] = (subnet ?? "").split(".");
  return a === first && b === second && Math.floor(Number(c) / 4) === Math.floor(Number(third) / 4);
}

function askApp(port: number, product: string, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, headers: { Host: `${product}.localhost:${port}` }, agent: false })
      .once("error", reject)
      .once("response", async (answer) => {
        let body = "";
        try {
          for await (const part of answer.setEncoding("utf8")) body += part;
          resolve({ status: answer.statusCode ?? 0, body });
        } catch (error) {
          reject(error);
        }
      })
      .end();
  });
}

async function explain(baton: Baton): Promise<string> {
  const newest = await baton.api
    .get<{ items: { id: number; product: string; status: string }[] }>("/api/deployments?limit=1")
    .catch(() => ({ items: [] }));
  const logs = newest.items.map(async ({ id, product, status }) => {
    const log = await baton.api.log(id);
    return `The newest deployment (${id}, ${product}, ${status}):\n${log.split("\n").slice(-60).join("\n")}`;
  });
  return [...(await Promise.all(logs)), `The server's log:\n${await baton.logTail()}`].join("\n\n");
}
