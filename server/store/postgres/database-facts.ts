import { sql } from "drizzle-orm";
import type { DatabaseFacts } from "../../ports/store/store.ts";
import type { Database } from "./database.ts";

export async function readFacts(database: Database): Promise<DatabaseFacts> {
  return database.read(async (queries) => {
    const [row] = await queries.execute<{ version: string; size: string }>(
      sql`select current_setting('server_version') as version, pg_database_size(current_database())::text as size`,
    );
    return { version: row?.version ?? "", sizeBytes: Number(row?.size ?? 0) };
  });
}
