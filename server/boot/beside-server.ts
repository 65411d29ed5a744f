import { join } from "node:path";
import { firstFreeSubnet } from "../rules/routing/subnets.ts";
import { startEmbeddedPostgres } from "../store/embedded/embedded-postgres.ts";
import { isMigrated } from "../store/postgres/migrate.ts";
import { holdServerLock } from "../store/postgres/server-lock.ts";
import { createStore } from "../store/postgres-store.ts";
import type { Config } from "./config.ts";
import type { DataFolder } from "./process/data-folder.ts";
import { thisProcess } from "./process/process-mark.ts";
import { sourceFolder } from "./process/source-folder.ts";

type Store = Awaited<ReturnType<typeof createStore>>;

/**
 * Lets a program work on the store, whether or not a server runs; if none does, none can start meanwhile. Rejects with
 * one sentence when the database is of another version.
 */
export async function withStore<T>(
  config: Config,
  data: DataFolder,
  work: (store: Store, url: string) => Promise<T>,
): Promise<T> {
  const { url, release } = await openDatabase(config, data);
  try {
    // A server of an older version would not know what this one writes.
    if (!(await isMigrated(url, join(sourceFolder, "migrations")))) {
      throw new Error("the database is of another version. Restart Baton with this version first.");
    }
    const store = await createStore({ url, keyFile: data.keyFile, chooseSubnet: firstFreeSubnet });
    try {
      return await work(store, url);
    } finally {
      await store.close();
    }
  } finally {
    await release();
  }
}

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
