import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { built, root } from "../set-up/places.mjs";
import { mustRun, run } from "../set-up/run.mjs";

const urlOf = (file) => pathToFileURL(built(file)).href;

/**
 * A copy of the database, made while Baton is stopped and put back when the new version does not work. The last one is
 * kept until the next upgrade.
 *
 * @returns {Promise<{ place: string, take(): Promise<void>, putBack(): Promise<void> }>}
 */
export async function databaseCopy({ config: { dataFolder, databaseUrl } }) {
  const folder = join(dataFolder, "upgrade");
  const copy = databaseUrl === null ? await copyOfEmbedded(dataFolder, folder) : await copyOfGiven(databaseUrl, folder);
  return {
    ...copy,
    async take() {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { mode: 0o700 });
      await copy.take();
    },
  };
}

/** Baton's own Postgres: its folder, which is whole once the server has stopped, and is copied faster than its rows. */
async function copyOfEmbedded(data, folder) {
  const { stopLeftPostgres } = await import(urlOf("server/store/embedded/embedded-postgres.js"));
  const [original, place] = [join(data, "postgres"), join(folder, "postgres")];
  return {
    place,
    async take() {
      if (!existsSync(original)) return;
      await stopLeftPostgres(original);
      await mustRun("cp", ["--archive", "--reflink=auto", original, place]);
    },
    async putBack() {
      if (!existsSync(place)) return;
      await stopLeftPostgres(original);
      await rename(original, join(folder, "postgres-of-the-failed-version"));
      await rename(place, original);
    },
  };
}

/** A Postgres that somebody else runs, and that may hold other tables: Baton's rows, as `npm run backup` takes them. */
async function copyOfGiven(url, folder) {
  const { saveDatabase, putBackDatabase } = await import(urlOf("server/boot/backup/database-file.js"));
  const place = join(folder, "database.tar.gz");
  return {
    place,
    take: () => saveDatabase(url, place),
    async putBack() {
      await dropTablesOfNewVersion(url);
      await putBackDatabase(url, place, join(root, "migrations"));
    },
  };
}

/**
 * Only its own code, which is in place now, knows the tables that it has added; this process has loaded the old one. A
 * version that has none was never started.
 */
async function dropTablesOfNewVersion(url) {
  const module = urlOf("server/store/postgres/drop-everything.js");
  const program = `(await import(${JSON.stringify(module)})).dropEverything(process.env.DATABASE_URL)`;
  await run(process.execPath, ["--input-type=module", "--eval", program], { env: { DATABASE_URL: url } });
}
