import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { join } from "node:path";
import postgres from "postgres";
import { adminOrigin } from "../../../server/proxy/config/caddy-config.ts";
import { createKeyFile, readKeys } from "../../../server/store/keys/key-file.ts";
import { migrate } from "../../../server/store/postgres/migrate.ts";
import { runServer } from "../../e2e/support/baton/server-process.ts";
import { freePorts } from "../../run/free-ports.ts";
import { startPostgres } from "../../run/postgres.ts";
import { memoryMbOf } from "../support/recording.ts";
import { fill, type Size } from "./data.ts";
import { type RunningContainer, startFakeDocker } from "./fake-docker.ts";

const migrations = join(import.meta.dirname, "../../../migrations");
const token = "bench-token-that-is-long-enough-0123456789";

/** The server of a team of this size: a process of its own, on data that later runs use again. */
export interface Team {
  readonly startedMs: number;
  readonly sql: postgres.Sql;
  /** How long a request takes, and the answer. */
  ask(path: string, init?: { readonly method?: string; readonly body?: unknown }): Promise<Timed>;
  /** Opens a stream that nobody reads closely; resolves with its end. */
  watch(path: string): Promise<() => void>;
  /** Milliseconds of CPU that the server and its database have used so far. */
  cpu(): Promise<{ readonly server: number; readonly database: number }>;
  /** Of the server's process. */
  memoryMb(): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface Timed {
  readonly tookMs: number;
  readonly status: number;
  readonly body: string;
}

/** `folder` is kept between runs: to make a million deployments takes minutes. */
export async function startTeam(folder: string, size: Size): Promise<Team> {
  const undo: (() => unknown)[] = [];
  const end = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await start(folder, size, (step) => undo.push(step), end);
  } catch (error) {
    await end();
    throw error;
  }
}

type Defer = (step: () => unknown) => void;

async function start(folder: string, size: Size, defer: Defer, end: () => Promise<void>): Promise<Team> {
  const data = join(folder, "data");
  await mkdir(data, { recursive: true, mode: 0o700 });
  const database = await startPostgres(folder, { fsync: "off", synchronous_commit: "off", shared_buffers: "256MB" });
  defer(() => database.stop());
  const sql = postgres(database.url, { max: 2, onnotice: () => {} });
  defer(() => sql.end());
  await prepare(sql, database.url, data, size);
  const running = await containersOf(sql);
  await writeRoutes(join(data, "routes"), running);
  const [instance] = await sql<{ id: string }[]>`select id from instances`;
  const socket = join(folder, "docker.sock");
  const docker = await startFakeDocker(socket, instance?.id ?? "", running);
  defer(() => docker[Symbol.asyncDispose]());
  const [listen = 0, http = 0, https = 0] = await freePorts(3);
  const beganMs = performance.now();
  defer(() => endCaddy(join(data, "caddy")));
  const server = runServer("main.js", {
    BATON_DATA: data,
    BATON_LISTEN: `127.0.0.1:${listen}`,
    BATON_HTTP_PORT: String(http),
    BATON_HTTPS_PORT: String(https),
    BATON_ADMIN_TOKEN: token,
    BATON_CADDY_BIN: process.env.BATON_CADDY_BIN ?? "caddy",
    BATON_HELLO: "0",
    BATON_FIREWALL: "0",
    BATON_BUILD_CACHE: "off",
    // Half a million logs to remove would take hours. A team that has had Baton all the time removes a few a day.
    ...{ BATON_KEEP_LOG_DAYS: "off", BATON_KEEP_LOGS: "off" },
    DATABASE_URL: database.url,
    DOCKER_HOST: `unix://${socket}`,
    ...(process.env.BATON_BENCH_NODE_OPTIONS && { NODE_OPTIONS: process.env.BATON_BENCH_NODE_OPTIONS }),
  });
  defer(() => server.stop());
  await server.prints("Baton is running");
  const startedMs = performance.now() - beganMs;
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  defer(() => agent.destroy());
  const postmaster = await readFile(join(folder, "cluster/data/postmaster.pid"), "utf8");

  return {
    startedMs,
    sql,
    ask: (path, init) => ask(agent, listen, path, init),
    watch: (path) => watch(listen, path),
    cpu: async () => ({
      server: await cpuOf(server.pid),
      database: await cpuOfBackends(sql, Number(postmaster.split("\n")[0])),
    }),
    memoryMb: () => memoryMbOf(server.pid),
    [Symbol.asyncDispose]: end,
  };
}

async function prepare(sql: postgres.Sql, url: string, data: string, size: Size): Promise<void> {
  const [made] = await sql<{ there: boolean }[]>`select to_regclass('bench_made') is not null as there`;
  const beganMs = performance.now();
  if (!made?.there) {
    await migrate(url, process.env.BATON_BENCH_MIGRATIONS ?? migrations);
    const keyFile = join(data, "key");
    await fill(sql, (readKeys(keyFile)?.[0] ?? (await createKeyFile(keyFile))).seal, size);
    await sql`create table bench_made ()`;
    console.log(`made the data in ${Math.round((performance.now() - beganMs) / 1000)} s`);
    return;
  }
  await migrate(url, migrations);
  console.log(`migrated in ${Math.round(performance.now() - beganMs)} ms`);
}

async function containersOf(sql: postgres.Sql): Promise<readonly RunningContainer[]> {
  const rows = await sql<{ product: string; installation: string; deployment: string; port: number }[]>`
    select i.product_id as product, i.id as installation, i.live_deployment_id as deployment, l.port
    from installations i join port_leases l on l.deployment_id = i.live_deployment_id`;
  return rows.map(({ product, installation, deployment, port }) => ({
    ...{ product: Number(product), installation: Number(installation), deployment: Number(deployment), port },
  }));
}

/** As the cut-overs of the past have left them. */
async function writeRoutes(folder: string, running: readonly RunningContainer[]): Promise<void> {
  for (const { installation, deployment, port } of running) {
    const version = join(folder, String(installation), String(deployment));
    if ((await mkdir(version, { recursive: true })) === undefined) continue;
    await writeFile(join(version, "@web"), `127.0.0.2:${port}\n`);
    await writeFile(join(version, ".deployment"), `${deployment}\n`);
    await symlink(String(deployment), join(folder, String(installation), "live"));
  }
}

function ask(agent: Agent, port: number, path: string, init: Parameters<Team["ask"]>[1] = {}): Promise<Timed> {
  const { method = "GET", body } = init;
  const headers = {
    Authorization: `Bearer ${token}`,
    ...(body !== undefined && { "Content-Type": "application/json" }),
  };
  return new Promise((resolve, reject) => {
    const beganMs = performance.now();
    const asked = request({ host: "127.0.0.1", port, path, method, headers, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () =>
        resolve({ tookMs: performance.now() - beganMs, status: response.statusCode ?? 0, body: text }),
      );
    });
    asked.on("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function watch(port: number, path: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${token}` };
    const asked = request({ host: "127.0.0.1", port, path, headers, agent: false }, (response) => {
      response.resume().on("error", () => {});
      resolve(() => void asked.destroy());
    });
    asked.on("error", reject).end();
  });
}

/** User and system time: fields 14 and 15, in hundredths of a second. */
async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return 10 * (Number(fields[11] ?? 0) + Number(fields[12] ?? 0));
}

/** Of the backends that the server has open; they stay the same while nothing is restarted. */
async function cpuOfBackends(sql: postgres.Sql, postmaster: number): Promise<number> {
  if (!Number.isInteger(postmaster)) throw new Error("the database has no pid file");
  const rows = await sql<{ pid: number }[]>`select pid from pg_stat_activity where application_name like 'baton%'`;
  const each = await Promise.all(rows.map(({ pid }) => cpuOf(pid)));
  return each.reduce((sum, ms) => sum + ms, 0);
}

/** Caddy would go on serving, as it does for users: without this file, nothing starts it again. */
async function endCaddy(folder: string): Promise<void> {
  await rm(join(folder, "caddy.keeper"), { force: true });
  const socketPath = join(folder, "admin.sock");
  await new Promise<void>((resolve) => {
    request({ socketPath, path: "/stop", method: "POST", headers: { Host: adminOrigin } }, (response) => {
      response.resume().on("end", () => resolve());
    })
      .on("error", () => resolve())
      .end();
  });
}
