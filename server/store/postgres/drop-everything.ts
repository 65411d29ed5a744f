import { getTableName, is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import * as schema from "../schema.ts";
import { endNow, openSession } from "./connection.ts";

/** Removes Baton's tables from a database that may hold others' too. */
export async function dropEverything(url: string): Promise<void> {
  const session = openSession({ url, name: "baton down", limited: false });
  try {
    const tables = Object.values(schema).filter((value) => is(value, PgTable));
    for (const table of tables) await session`drop table if exists ${session(getTableName(table))} cascade`;
    await session`drop function if exists refuse_to_empty_audit`;
    await session`drop table if exists drizzle.__drizzle_migrations`;
  } finally {
    await endNow(session);
  }
}
