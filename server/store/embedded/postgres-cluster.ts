import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder, writeSynced } from "../../files/durable-file.ts";
import type { PostgresBinaries } from "./postgres-binaries.ts";
import { runPostgres } from "./postgres-process.ts";

/** The role and the database share this name. The role owns the database and nothing else; it is no superuser. */
export const roleName = "baton";

export interface Cluster {
  readonly dataFolder: string;
  readonly password: string;
}

const clusterFolder = (folder: string) => join(folder, "cluster");

/** Where the database files below `folder` are, once there are any. */
export const clusterData = (folder: string) => join(clusterFolder(folder), "data");

const draftPrefix = "cluster.new.";

/**
 * Resolves with the database files below `folder`, and creates them if there are none. They are created under another
 * name and renamed when they are complete, so an interrupted start never leaves something that looks like a database.
 */
export async function ensureCluster(folder: string, binaries: PostgresBinaries): Promise<Cluster> {
  const home = clusterFolder(folder);
  await removeDrafts(folder);
  const existing = await readCluster(home);
  if (existing) return existing;

  const draft = await mkdtemp(join(folder, `${draftPrefix}${process.pid}.`));
  await initialise(draft, binaries);
  try {
    await rename(draft, home);
    await syncFolder(folder);
  } catch (cause) {
    // Another start of this Baton was faster.
    await remove(draft);
    if (!["ENOTEMPTY", "EEXIST"].includes((cause as NodeJS.ErrnoException).code ?? "")) throw cause;
  }
  const made = await readCluster(home);
  if (!made) throw new Error(`The database in ${home} has no password file`);
  return made;
}

async function readCluster(home: string): Promise<Cluster | null> {
  const password = await readFile(join(home, "password"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  return password === null ? null : { dataFolder: join(home, "data"), password: password.trim() };
}

async function initialise(home: string, { initdb, postgres }: PostgresBinaries): Promise<void> {
  const dataFolder = join(home, "data");
  const password = randomBytes(24).toString("hex");
  await writeSynced(join(home, "password"), `${password}\n`, "wx");
  await runPostgres(initdb, [
    `--pgdata=${dataFolder}`,
    "--username=postgres",
    "--auth=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
  ]);
  // Only the one role may connect, and only to the one database; the superuser cannot connect with any password.
  await writeSynced(join(dataFolder, "pg_hba.conf"), `host ${roleName} ${roleName} 127.0.0.1/32 scram-sha-256\n`, "w");
  await runAlone(postgres, dataFolder, [
    `create role ${roleName} login password '${password}'`,
    `create database ${roleName} owner ${roleName}`,
  ]);
}

/**
 * Runs statements, one a line, in a Postgres without a server or a log-in. It reports errors but exits with 0 all the
 * same.
 */
async function runAlone(postgres: string, dataFolder: string, statements: readonly string[]): Promise<void> {
  const input = statements.map((statement) => `${statement}\n`).join("");
  const output = await runPostgres(postgres, ["--single", "-D", dataFolder, "template1"], input);
  const error = /(?:ERROR|FATAL|PANIC):.*/.exec(output)?.[0];
  if (error) throw new Error(`The new database refused its role: ${error}`);
}

/** Removes what an interrupted start left behind, but not what another start is just creating. */
async function removeDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(draftPrefix)) continue;
    if (!isAlive(Number.parseInt(name.slice(draftPrefix.length), 10))) await remove(join(folder, name));
  }
}

/** Retries, because an initdb that outlived its start may still be writing. */
const remove = (folder: string) => rm(folder, { recursive: true, force: true, maxRetries: 5 });

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
