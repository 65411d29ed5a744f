import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { endNow, openSession, type Session } from "../postgres/connection.ts";
import { outwardError } from "../postgres/database-error.ts";
import { migrate } from "../postgres/migrate.ts";
import type { DatabaseLayout } from "./database-layout.ts";

/** The copy was made by a newer Baton, whose tables this one does not know. */
export class NewerCopy extends Error {
  override readonly name = "NewerCopy";
}

export interface DatabaseCopy {
  readonly layout: DatabaseLayout;
  /** In any order; tables without rows may be missing. */
  readonly tables: AsyncIterable<{ readonly name: string; readonly rows: AsyncIterable<Buffer> }>;
}

/** Whether this database has tables of a Baton. */
export async function isInUse(url: string): Promise<boolean> {
  const session = openSession({ url, name: "baton restore", limited: false });
  try {
    const [row] = await session<{ found: boolean }[]>`
      select to_regclass('drizzle.__drizzle_migrations') is not null as found`;
    return row?.found ?? false;
  } catch (error) {
    throw outwardError(error);
  } finally {
    await endNow(session);
  }
}

/**
 * Makes the tables as they were when the copy was taken, and fills them in one transaction. The next start of Baton
 * migrates them on. The database must not be in use. Rejects with NewerCopy.
 */
export async function copyIn(url: string, migrationsFolder: string, copy: DatabaseCopy): Promise<void> {
  await migrateUpTo(url, migrationsFolder, copy.layout.migration);
  const session = openSession({ url, name: "baton restore", limited: false });
  try {
    await session.begin(async () => fill(session, copy) as Promise<never>);
  } catch (error) {
    throw outwardError(error);
  } finally {
    await endNow(session);
  }
}

/** Drizzle applies all migrations of a folder, so it gets one without those that came later. */
async function migrateUpTo(url: string, migrationsFolder: string, hash: string): Promise<void> {
  const last = readMigrationFiles({ migrationsFolder }).findIndex((migration) => migration.hash === hash);
  if (last === -1) throw new NewerCopy("The backup was made by a newer Baton: upgrade this one first");
  const folder = await mkdtemp(join(tmpdir(), "baton-migrations-"));
  try {
    await cp(migrationsFolder, folder, { recursive: true });
    const file = join(folder, "meta/_journal.json");
    const journal = JSON.parse(await readFile(file, "utf8")) as { entries: unknown[] };
    await writeFile(file, JSON.stringify({ ...journal, entries: journal.entries.slice(0, last + 1) }));
    await migrate(url, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fill(session: Session, { layout, tables }: DatabaseCopy): Promise<void> {
  const names = layout.tables.map(({ name }) => name);
  const columns = new Map(layout.tables.map((table) => [table.name, table.columns]));
  const constraints = await dropForeignKeys(session, names);
  // Baton's own triggers forbid what a restore must do; migrations may have written first rows.
  for (const name of names) await session`alter table ${session(name)} disable trigger user`;
  await session`truncate ${session(names)} cascade`;
  for await (const { name, rows } of tables) {
    const its = columns.get(name);
    if (!its) throw new Error(`The backup has rows for ${name}, but does not list this table`);
    const copying = await session`copy ${session(name)} (${session(its)}) from stdin`.writable();
    await pipeline(Readable.from(rows, { objectMode: false }), copying);
  }
  for (const name of names) await session`alter table ${session(name)} enable trigger user`;
  for (const { table, name, definition } of constraints)
    await session.unsafe(`alter table ${quoted(table)} add constraint ${quoted(name)} ${definition}`);
  for (const { name, value } of layout.sequences) await session`select setval(${quoted(name)}::regclass, ${value})`;
}

interface ForeignKey {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

/** Tables refer to each other in circles, so no order of filling them satisfies all; added again, they are checked. */
async function dropForeignKeys(session: Session, names: readonly string[]): Promise<readonly ForeignKey[]> {
  const keys = await session<ForeignKey[]>`
    select relname::text as table, conname::text as name, pg_get_constraintdef(pg_constraint.oid) as definition
    from pg_constraint join pg_class on pg_class.oid = conrelid
    where contype = 'f' and relnamespace = 'public'::regnamespace and relname in ${session(names)}`;
  for (const { table, name } of keys) await session`alter table ${session(table)} drop constraint ${session(name)}`;
  return [...keys];
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
