import { getTableName } from "drizzle-orm";
import { endNow, openSession } from "../postgres/connection.ts";
import { outwardError } from "../postgres/database-error.ts";
import { allTables } from "../schema/all-tables.ts";
import { type DatabaseLayout, readLayout } from "./database-layout.ts";

/** Takes a copy of the database as it comes. Each call is awaited before the next. */
export interface CopyTarget {
  begin(layout: DatabaseLayout): Promise<void>;
  /** The rows in the text format of Postgres' COPY, which every later version reads. */
  table(name: string, rows: AsyncIterable<Buffer>): Promise<void>;
}

/**
 * Copies Baton's rows as they were at one moment, whatever is written meanwhile. The tables themselves are not copied:
 * migrations make them. Not by pg_dump: neither the embedded Postgres nor the server's packages have one, and its
 * version would have to be the database's.
 */
export async function copyOut(url: string, target: CopyTarget): Promise<void> {
  const session = openSession({ url, name: "baton backup", limited: false });
  try {
    await session.unsafe("begin isolation level repeatable read read only");
    const layout = await readLayout(session, allTables.map(getTableName));
    await target.begin(layout);
    for (const { name, columns } of layout.tables) {
      const rows = await session`copy ${session(name)} (${session(columns)}) to stdout`.readable();
      await target.table(name, rows);
    }
    await session.unsafe("commit");
  } catch (error) {
    throw outwardError(error);
  } finally {
    await endNow(session);
  }
}
