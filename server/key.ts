import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { BadConfig, type Config, readConfig } from "./boot/config.ts";
import { type DataFolder, openDataFolder } from "./boot/process/data-folder.ts";
import { thisProcess } from "./boot/process/process-mark.ts";
import { serviceEnvironment } from "./boot/process/service.ts";
import { sourceFolder } from "./boot/process/source-folder.ts";
import { firstFreeSubnet } from "./rules/routing/subnets.ts";
import { rotationText } from "./rules/wording/rotation-text.ts";
import { startEmbeddedPostgres } from "./store/embedded/embedded-postgres.ts";
import { isMigrated } from "./store/postgres/migrate.ts";
import { holdServerLock } from "./store/postgres/server-lock.ts";
import { createStore } from "./store/postgres-store.ts";

// npm run key -- rotate: encrypts this BATON_DATA's secrets with a new key, whether or not Baton is running.

const usage = `npm run key -- rotate   encrypts all stored secrets with a new key; Baton may go on serving meanwhile\n`;

try {
  const [command, ...others] = process.argv.slice(2);
  if (command !== "rotate" || others.length > 0) {
    process.stderr.write(usage);
    process.exitCode = 1;
  } else {
    const dataFolder = resolve(process.env.BATON_DATA || ".baton");
    await rotate(readConfig({ ...(await serviceEnvironment(dataFolder)), ...process.env }, process.cwd()));
  }
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${error instanceof BadConfig ? message : `The key was not rotated: ${message}`}\n`);
  process.exitCode = 1;
}

async function rotate(config: Config): Promise<void> {
  const keyFile = join(config.dataFolder, "key");
  if (!existsSync(keyFile)) throw new Error(`there is no key at ${keyFile}. Baton creates it at its first start.`);
  const data = await openDataFolder(config.dataFolder);
  const { url, release } = await openDatabase(config, data);
  try {
    // A server of an older version would go on using the old key.
    if (!(await isMigrated(url, join(sourceFolder, "migrations")))) {
      throw new Error("the database is of another version. Restart Baton with this version first.");
    }
    const store = await createStore({ url, keyFile, chooseSubnet: firstFreeSubnet });
    try {
      const rotation = await store.keys.rotate();
      process.stdout.write(`${rotationText(rotation, keyFile)}\n`);
      if (rotation.unreadable.length > 0) process.exitCode = 1;
    } finally {
      await store.close();
    }
  } finally {
    await release();
  }
}

/** If no server is running, none can start until this is released. */
async function openDatabase(
  { databaseUrl }: Config,
  data: DataFolder,
): Promise<{ readonly url: string; readonly release: () => Promise<void> }> {
  const embedded = databaseUrl === null ? await startEmbeddedPostgres({ folder: data.postgres }) : null;
  const url = embedded?.url ?? databaseUrl ?? "";
  const lock = await holdServerLock({ url, owner: await thisProcess(), onLost: () => {} });
  const release = async () => {
    if (lock === "held-by-another") return embedded?.leave();
    await lock.release();
    return embedded?.stop();
  };
  return { url, release };
}
