import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { Store } from "../../server/ports/store/store.ts";
import { firstFreeSubnet } from "../../server/rules/routing/subnets.ts";
import { startEmbeddedPostgres } from "../../server/store/embedded/embedded-postgres.ts";
import { migrate } from "../../server/store/postgres/migrate.ts";
import { createStore } from "../../server/store/postgres-store.ts";

export const migrationsFolder = join(import.meta.dirname, "../../migrations");

export interface ScratchDatabase {
  readonly folder: string;
  readonly url: string;
  readonly keyFile: string;
  readonly store: Store;
  /** Straight to the tables, to look behind the store's back or to break something. */
  readonly sql: postgres.Sql;
  remove(): Promise<void>;
}

/** One for the tests of a file, without products after each. `onOpen` is given it before the first. */
export function useScratchDatabase(onOpen: (database: ScratchDatabase) => void): void {
  let opened: ScratchDatabase | null = null;
  beforeAll(async () => {
    opened = await scratchDatabase();
    onOpen(opened);
  });
  afterEach(async () => {
    if (opened) await opened.sql`delete from products`;
  });
  afterAll(() => opened?.remove());
}

/** A Postgres of the test's own, migrated, with a store on it, in a temporary folder. */
export async function scratchDatabase(): Promise<ScratchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "baton-store-"));
  const { url, stop } = await startEmbeddedPostgres({ folder: join(folder, "postgres") });
  const sql = postgres(url, { max: 4, onnotice: () => {} });
  const remove = async () => {
    await sql.end();
    await stop();
    await rm(folder, { recursive: true });
  };
  try {
    // Nobody pulls the plug in a test: without waiting for the disk at every commit it is several times as quick.
    await sql`alter database baton set synchronous_commit = off`;
    await migrate(url, migrationsFolder);
    const keyFile = join(folder, "key");
    const store = await createStore({ url, keyFile, chooseSubnet: firstFreeSubnet });
    return {
      folder,
      url,
      keyFile,
      store,
      sql,
      async remove() {
        await store.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
