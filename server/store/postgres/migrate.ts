import { readMigrationFiles } from "drizzle-orm/migrator";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import { lockSpace, locks } from "./advisory-locks.ts";
import { endNow, openSession } from "./connection.ts";
import { outwardError } from "./database-error.ts";

/**
 * Brings the database up to date in one transaction, completely or not at all. Of two processes at once the second
 * waits and finds nothing left to do. A database that is up to date is only read. `migrationsFolder` holds the SQL and
 * drizzle's journal of it.
 */
export async function migrate(url: string, migrationsFolder: string): Promise<void> {
  const session = openSession({ url, name: "baton migrate", limited: false });
  try {
    // A session lock, because drizzle opens its own transaction.
    await session`select pg_advisory_lock(${lockSpace}::int, ${locks.migrate}::int)`;
    await applyMigrations(drizzle(session), { migrationsFolder });
  } catch (error) {
    throw outwardError(error);
  } finally {
    await endNow(session);
  }
}

/** Whether the newest migration that has been applied is the newest of this folder. */
export async function isMigrated(url: string, migrationsFolder: string): Promise<boolean> {
  const newest = readMigrationFiles({ migrationsFolder }).at(-1);
  const session = openSession({ url, name: "baton migrate", limited: false });
  try {
    const [table] = await session<{ found: boolean }[]>`
      select to_regclass('drizzle.__drizzle_migrations') is not null as found`;
    if (!table?.found) return false;
    const [applied] = await session<{ hash: string }[]>`
      select hash from drizzle.__drizzle_migrations order by created_at desc limit 1`;
    return applied?.hash === newest?.hash;
  } catch (error) {
    throw outwardError(error);
  } finally {
    await endNow(session);
  }
}
