import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import type { Store } from "../../server/ports/store.ts";
import { firstFreeSubnet } from "../../server/rules/subnets.ts";
import { startEmbeddedPostgres } from "../../server/store/embedded-postgres.ts";
import { migrate } from "../../server/store/migrate.ts";
import { createStore } from "../../server/store/postgres-store.ts";

export interface ScratchDatabase {
  readonly folder: string;
  readonly url: string;
  readonly keyFile: string;
  readonly store: Store;
  /** Straight to the tables, to look behind the store's back or to break something. */
  readonly sql: postgres.Sql;
  remove(): Promise<void>;
}

/** A Postgres of the test's own, migrated, with a store on it, in a temporary folder. */
export async function scratchDatabase(): Promise<ScratchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "baton-store-"));
  const embedded = await startEmbeddedPostgres({ folder: join(folder, "postgres") });
  const sql = postgres(embedded.url, { max: 4, onnotice: () => {} });
  // Nobody pulls the plug in a test: without waiting for the disk at every commit it is several times as quick.
  await sql`alter database baton set synchronous_commit = off`;
  await migrate(embedded.url);
  const keyFile = join(folder, "key");
  const store = await createStore({ url: embedded.url, keyFile, chooseSubnet: firstFreeSubnet });
  return {
    folder,
    url: embedded.url,
    keyFile,
    store,
    sql,
    async remove() {
      await sql.end();
      await store.close();
      await embedded.stop();
      await rm(folder, { recursive: true });
    },
  };
}
