import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdtemp, open, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { locateBinaries } from "../../server/store/embedded/postgres-binaries.ts";
import { ensureCluster, roleName } from "../../server/store/embedded/postgres-cluster.ts";
import { runPostgres, spawnPostgres } from "../../server/store/embedded/postgres-process.ts";
import { untilReady } from "../../server/store/embedded/postmaster.ts";
import { migrate } from "../../server/store/postgres/migrate.ts";
import { freePorts } from "./free-ports.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The URL of the run's Postgres. Its role may create databases and connect to all of them. */
    readonly postgresUrl: string;
  }
}

/** A database with Baton's tables. Copying it is several times faster than applying the migrations. */
export const templateName = "migrated";

const migrationsFolder = join(import.meta.dirname, "../../migrations");

/** One Postgres serves the whole run, because creating and starting one takes longer than the tests of most files. */
export default async function setup({ vitest }: TestProject): Promise<(() => Promise<void>) | undefined> {
  // All projects of a run share it.
  if (vitest.getProvidedContext().postgresUrl) return undefined;
  const folder = await realpath(await mkdtemp(join(tmpdir(), "baton-postgres-")));
  const { url, stop, kill } = await startPostgres(folder, {
    // Tests need no durability.
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    autovacuum: "off",
  });
  // When a signal ends the run, there is no time for the orderly shutdown below.
  const leave = () => {
    kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  };
  process.once("exit", leave);
  await createDatabase(url, templateName);
  await migrate(urlOf(url, templateName), migrationsFolder);
  vitest.provide("postgresUrl", url);
  return async () => {
    await stop();
    process.off("exit", leave);
    await rm(folder, { recursive: true, force: true });
  };
}

export function urlOf(url: string, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
}

export async function createDatabase(url: string, name: string, template?: string): Promise<void> {
  const sql = postgres(url, { max: 1 });
  await sql`create database ${sql(name)} ${template ? sql`template ${sql(template)}` : sql``}`.finally(() => sql.end());
}

/** This disconnects everybody who is still connected. */
export async function dropDatabase(url: string, name: string): Promise<void> {
  const sql = postgres(url, { max: 1 });
  await sql`drop database ${sql(name)} with (force)`.finally(() => sql.end());
}

interface Running {
  readonly url: string;
  stop(): Promise<void>;
  kill(): void;
}

/** Starts a Postgres on the data of `folder`, which it makes if there is none. Its role may make databases. */
export async function startPostgres(folder: string, more: Readonly<Record<string, string>>): Promise<Running> {
  const binaries = await locateBinaries();
  const { dataFolder, password } = await ensureCluster(folder, binaries);
  // Baton's own cluster lets the role into one database only.
  await writeFile(join(dataFolder, "pg_hba.conf"), `host all ${roleName} 127.0.0.1/32 scram-sha-256\n`);
  await runPostgres(
    binaries.postgres,
    ["--single", "-D", dataFolder, "template1"],
    `alter role ${roleName} createdb;\n`,
  );
  const [port = 0] = await freePorts(1);
  const settings = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: 300,
    timezone: "UTC",
    ...more,
  };
  const logFile = join(folder, "postgres.log");
  await using log = await open(logFile, "a");
  const child = spawnPostgres(
    binaries.postgres,
    ["-D", dataFolder, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    { stdio: ["ignore", log.fd, log.fd] },
  );
  const exited = once(child, "exit");
  const postmaster = await untilReady(dataFolder, () => child.exitCode !== null || child.signalCode !== null);
  if (!postmaster) throw new Error(`The Postgres of the tests does not start:\n${await readFile(logFile, "utf8")}`);
  return {
    url: `postgres://${roleName}:${password}@127.0.0.1:${port}/${roleName}`,
    async stop() {
      // SIGINT asks for a "fast" shutdown, which does not wait for clients.
      child.kill("SIGINT");
      await exited;
    },
    kill: () => child.kill("SIGKILL"),
  };
}
