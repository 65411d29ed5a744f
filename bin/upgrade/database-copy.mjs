import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { SetUpProblem } from "../set-up/console/problem.mjs";
import { built } from "../set-up/places.mjs";
import { indent, mustRun, run } from "../set-up/run.mjs";

const STOP_TIMEOUT_MS = 30_000;
const LOOK_EVERY_MS = 50;

/**
 * A copy of the database, made while Baton is stopped and put back when the new version does not work. The last one is
 * kept until the next upgrade.
 *
 * @returns {Promise<{ place: string, take(): Promise<void>, putBack(): Promise<void> }>}
 */
export async function databaseCopy({ config: { dataFolder, databaseUrl } }) {
  const folder = join(dataFolder, "upgrade");
  return databaseUrl === null ? copyOfEmbedded(dataFolder, folder) : copyOfGiven(databaseUrl, folder);
}

/** Baton's own Postgres: its folder, which is whole once the server has stopped. */
function copyOfEmbedded(data, folder) {
  const [original, place] = [join(data, "postgres"), join(folder, "postgres")];
  return {
    place,
    async take() {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { mode: 0o700 });
      if (!existsSync(original)) return;
      await stopPostgres(join(original, "cluster/data"));
      await mustRun("cp", ["--archive", "--reflink=auto", original, place]);
    },
    async putBack() {
      if (!existsSync(place)) return;
      await stopPostgres(join(original, "cluster/data"));
      await rename(original, join(folder, "postgres-of-the-failed-version"));
      await rename(place, original);
    },
  };
}

/** A server that was killed has left its Postgres running, which writes to the folder. */
async function stopPostgres(cluster) {
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  for (let asked = false; ; asked = true) {
    const pid = await postgresOf(cluster);
    if (pid === null) return;
    if (Date.now() > deadline) throw new SetUpProblem(`The Postgres of ${cluster} (process ${pid}) does not stop.`);
    if (!asked) process.kill(pid, "SIGINT");
    await delay(LOOK_EVERY_MS);
  }
}

async function postgresOf(cluster) {
  const [line = ""] = (await readFile(join(cluster, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
  const pid = Number(line);
  if (!Number.isSafeInteger(pid) || pid <= 1) return null;
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return command.includes(cluster) ? pid : null;
}

/**
 * A Postgres that somebody else runs: a dump of Baton's tables, since there may be others. Whether one can be made is
 * tried before Baton is stopped.
 */
async function copyOfGiven(url, folder) {
  const [place, functions] = [join(folder, "database.dump"), join(folder, "functions.sql")];
  const env = connectionOf(new URL(url));
  const tables = (await tablesOfBaton()).map((name) => `--table=${name}`);
  const tried = await run("pg_dump", ["--schema-only", "--file=/dev/null", ...tables], { env });
  if (tried.code !== 0) {
    throw new SetUpProblem(
      `The database of DATABASE_URL cannot be copied before the upgrade. Install the pg_dump of its version:\n\n${indent(tried.output.trim())}`,
    );
  }
  const dropOld = await dropperOf();
  return {
    place,
    async take() {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { mode: 0o700 });
      await mustRun("pg_dump", ["--format=custom", `--file=${place}`, ...tables], { env });
      // A dump of tables has no functions, which their triggers call.
      const query = "select pg_get_functiondef(oid) || ';' from pg_proc where proname = 'refuse_to_empty_audit'";
      await mustRun("psql", ["--no-psqlrc", "-At", `--output=${functions}`, "--command", query], { env });
    },
    async putBack() {
      // The new version, which is in place, knows the tables that it has added.
      const dropNew = await dropperOf();
      for (const drop of [dropNew, dropOld]) await drop(url);
      await mustRun("psql", ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", `--file=${functions}`], { env });
      await mustRun("pg_restore", ["--exit-on-error", "--no-owner", `--dbname=${env.PGDATABASE}`, place], { env });
    },
  };
}

const load = (file) => import(`${pathToFileURL(built(file)).href}?at=${Date.now()}`);
const dropperOf = async () => (await load("server/store/postgres/drop-everything.js")).dropEverything;

async function tablesOfBaton() {
  const [{ allTables }, { getTableName }] = await Promise.all([
    load("server/store/schema/all-tables.js"),
    import("drizzle-orm"),
  ]);
  return [...allTables.map((table) => `public.${getTableName(table)}`), "drizzle.__drizzle_migrations"];
}

/** In the environment, because everybody can read a command line. */
function connectionOf(url) {
  const entries = {
    PGHOST: url.hostname,
    PGPORT: url.port,
    PGUSER: decodeURIComponent(url.username),
    PGPASSWORD: decodeURIComponent(url.password),
    PGDATABASE: decodeURIComponent(url.pathname.slice(1)),
    PGSSLMODE: url.searchParams.get("sslmode"),
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value));
}
