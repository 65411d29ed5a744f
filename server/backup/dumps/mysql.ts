import { ProgramFailed } from "../../ports/engine/container-access.ts";
import { type DumpTool, distinct, fileName, linesOf } from "./dump-tool.ts";
import { connect, literal, type MysqlClient, quoted } from "./mysql-client.ts";

/** The server's own, which it makes itself. */
const systemDatabases = ["information_schema", "performance_schema", "mysql", "sys"];

/**
 * One consistent read of each database, with its routines, events and triggers. Tablespaces would need a right that only
 * root has. The history of replication is the server's own; MariaDB does not know that option, so it is a loose one.
 */
const dumpOptions = [
  ...["--single-transaction", "--quick", "--routines", "--events", "--triggers", "--hex-blob"],
  ...["--no-tablespaces", "--loose-set-gtid-purged=OFF", "--default-character-set=utf8mb4"],
];
/** These limit how long counting rows may take, and of how many tables. */
const countLimitS = 20;
const mostCounted = 1_000;

/** Dumps each database of a MySQL or MariaDB server as SQL. Users and grants are the server's own and stay. */
export const mysql: DumpTool = {
  async files(inside, signal) {
    const client = await connect(inside, signal);
    const databases = linesOf(await client.sql("show databases")).filter((name) => !systemDatabases.includes(name));
    return distinct(
      databases.map((name) => ({
        name: fileName(name, "sql"),
        of: name,
        open: (signal: AbortSignal) => client.dump([...dumpOptions, name], signal),
      })),
    );
  },

  async restore(inside, files, { target, suffix }, signal) {
    const client = await connect(inside, signal);
    const restored: string[] = [];
    for (const file of files) {
      const name = target === "same" ? file.of : `${file.of.slice(0, 63 - suffix.length)}_${suffix}`;
      await recreate(client, name, file.of);
      try {
        await client.load(name, file.open(signal));
      } catch (error) {
        if (target === "new") await drop(client, name).catch(() => {});
        throw error;
      }
      restored.push(name);
    }
    return restored;
  },

  async measure(inside, signal) {
    const client = await connect(inside, signal);
    const tables = linesOf(await client.sql(tableList)).map((line) => line.split("\t"));
    const rows = await count(client, tables);
    if (rows !== null) return { tables: tables.length, rows, isEstimate: false };
    const estimate = tables.reduce((sum, [, , rows]) => sum + Number(rows), 0);
    return { tables: tables.length, rows: estimate, isEstimate: true };
  },
};

const tableList = `select table_schema, table_name, coalesce(table_rows, 0) from information_schema.tables where table_type = 'BASE TABLE' and table_schema not in (${systemDatabases.map(literal).join(", ")})`;

/** Null when that takes too long; the statistics then tell. Each of the two servers takes the other's limit for a comment. */
async function count(client: MysqlClient, tables: readonly (readonly string[])[]): Promise<number | null> {
  if (tables.length === 0) return 0;
  if (tables.length > mostCounted) return null;
  const counts = tables.map(
    ([schema = "", table = ""]) => `select count(*) as rows_of_one from ${quoted(schema)}.${quoted(table)}`,
  );
  const limit = `/*!50708 set session max_execution_time = ${countLimitS * 1000} */; /*M!100101 set session max_statement_time = ${countLimitS} */;`;
  try {
    const sum = await client.longSql(
      `${limit}\nselect sum(rows_of_one) from (${counts.join(" union all ")}) as counts;`,
    );
    return Number(sum);
  } catch (error) {
    if (error instanceof ProgramFailed) return null;
    throw error;
  }
}

/** An empty database with the character set of another; the name may be its own. */
async function recreate(client: MysqlClient, name: string, like: string): Promise<void> {
  const row = await client.sql(
    `select default_character_set_name, default_collation_name from information_schema.schemata where schema_name = ${literal(like)}`,
  );
  const [set, collation] = row.split("\t");
  await drop(client, name);
  await client.sql(
    `create database ${quoted(name)}${set && collation ? ` character set ${set} collate ${collation}` : ""}`,
  );
}

async function drop(client: MysqlClient, name: string): Promise<void> {
  await client.sql(`drop database if exists ${quoted(name)}`);
}
