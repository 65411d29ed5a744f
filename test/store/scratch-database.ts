import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, inject } from "vitest";
import type { Store } from "../../server/ports/store/store.ts";
import { firstFreeSubnet } from "../../server/rules/routing/subnets.ts";
import { createStore } from "../../server/store/postgres-store.ts";
import { createDatabase, dropDatabase, templateName, urlOf } from "../run/postgres.ts";

export const migrationsFolder = join(import.meta.dirname, "../../migrations");

export interface ScratchDatabase {
  readonly folder: string;
  readonly url: string;
  readonly keyFile: string;
  readonly store: Store;
  /** A direct connection, to look at the tables or to break something. */
  readonly sql: postgres.Sql;
  remove(): Promise<void>;
}

/** One database for the tests of a file, cleared of products and people after each. `onOpen` gets it before the first test. */
export function useScratchDatabase(onOpen: (database: ScratchDatabase) => void): void {
  let opened: ScratchDatabase | null = null;
  beforeAll(async () => {
    opened = await scratchDatabase();
    onOpen(opened);
  });
  afterEach(async () => {
    if (opened) await opened.sql`delete from products`;
    if (opened) await opened.sql`delete from users`;
  });
  afterAll(() => opened?.remove());
}

/** A migrated database of the test's own on the run's Postgres, with a store on it. */
export async function scratchDatabase(): Promise<ScratchDatabase> {
  const server = inject("postgresUrl");
  const name = `scratch_${randomBytes(6).toString("hex")}`;
  const url = urlOf(server, name);
  await createDatabase(server, name, templateName);
  const folder = await mkdtemp(join(tmpdir(), "baton-store-"));
  const sql = postgres(url, { max: 4, onnotice: () => {} });
  const remove = async () => {
    await sql.end();
    await dropDatabase(server, name);
    await rm(folder, { recursive: true });
  };
  try {
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
