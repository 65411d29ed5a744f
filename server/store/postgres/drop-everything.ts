import { getTableName } from "drizzle-orm";
import { allTables } from "../schema/all-tables.ts";
import { endNow, openSession } from "./connection.ts";

/** Removes Baton's tables from a database that may also hold others. */
export async function dropEverything(url: string): Promise<void> {
  const session = openSession({ url, name: "baton down", limited: false });
  try {
    for (const table of allTables) await session`drop table if exists ${session(getTableName(table))} cascade`;
    await session`drop function if exists refuse_to_empty_audit`;
    await session`drop table if exists drizzle.__drizzle_migrations`;
  } finally {
    await endNow(session);
  }
}
