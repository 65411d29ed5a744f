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

/** A Postgres that somebody else runs: a dump. Whether one can be made is tried before Baton is stopped. */
async function copyOfGiven(url, folder) {
  const place = join(folder, "database.dump");
  const env = connectionOf(new URL(url));
  const ours = ["--schema=public", "--schema=drizzle"];
  const tried = await run("pg_dump", ["--schema-only", "--file=/dev/null", ...ours], { env });
  if (tried.code !== 0) {
    throw new SetUpProblem(
      `The database of DATABASE_URL cannot be copied before the upgrade. Install the pg_dump of its version:\n\n${indent(tried.output.trim())}`,
    );
  }
  return {
    place,
    async take() {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { mode: 0o700 });
      await mustRun("pg_dump", ["--format=custom", `--file=${place}`, ...ours], { env });
    },
    async putBack() {
      // Of the new version, which is in place: it knows which tables are Baton's.
      const { dropEverything } = await import(pathToFileURL(built("server/store/postgres/drop-everything.js")).href);
      await dropEverything(url);
      await mustRun("pg_restore", ["--exit-on-error", "--no-owner", `--dbname=${env.PGDATABASE}`, place], { env });
    },
  };
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
