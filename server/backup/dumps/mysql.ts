import { Readable } from "node:stream";
import { ProgramFailed } from "../../ports/engine/container-access.ts";
import { type DumpTool, distinct, fileName, type Inside, linesOf, run, textOf, variableOf } from "./dump-tool.ts";

/** The server's own, which it makes itself. */
const systemDatabases = new Set(["information_schema", "performance_schema", "mysql", "sys"]);

/** One consistent read of each database, with its routines, events and triggers. */
const dumpOptions = [
  ...["--single-transaction", "--quick", "--routines", "--events", "--triggers", "--hex-blob"],
  "--default-character-set=utf8mb4",
];

/** Dumps each database of a MySQL or MariaDB server as SQL. Users and grants are the server's own and stay. */
export const mysql: DumpTool = {
  async files(inside, signal) {
    const server = await connect(inside, signal);
    const databases = await server.databases();
    return distinct(
      databases.map((name) => ({
        name: fileName(name, "sql"),
        of: name,
        open: (signal: AbortSignal) => server.dump(name, signal),
      })),
    );
  },

  async restore(inside, files, { target, suffix }, signal) {
    const server = await connect(inside, signal);
    const restored: string[] = [];
    for (const file of files) {
      const name = target === "same" ? file.of : `${file.of.slice(0, 63 - suffix.length)}_${suffix}`;
      await server.recreate(name, file.of);
      try {
        await server.load(name, file.open(signal));
      } catch (error) {
        if (target === "new") await server.drop(name).catch(() => {});
        throw error;
      }
      restored.push(name);
    }
    return restored;
  },

  async measure(inside, signal) {
    const server = await connect(inside, signal);
    const counted = await server.sql(
      `select count(*), coalesce(sum(table_rows), 0) from information_schema.tables where table_type = 'BASE TABLE' and table_schema not in (${[...systemDatabases].map(literal).join(", ")})`,
    );
    const [tables = "0", rows = "0"] = counted.split("\t");
    return { tables: Number(tables), rows: Number(rows), isEstimate: true };
  },
};

async function connect(inside: Inside, signal: AbortSignal) {
  const { access, subject } = inside;
  const login = await loginOf(inside, signal);
  const [client, dumper] = await programsOf(inside, signal);
  const command = (program: string, options: readonly string[]) => ({
    command: [program, "-u", login.user, ...options],
    environment: login.password === null ? {} : { MYSQL_PWD: login.password },
  });
  const sql = (text: string) => textOf(inside, command(client, ["-N", "-B", "-e", text]), signal);
  const drop = async (name: string) => void (await sql(`drop database if exists ${quoted(name)}`));
  return {
    sql,
    drop,
    databases: async () => linesOf(await sql("show databases")).filter((name) => !systemDatabases.has(name)),
    dump: (name: string, signal: AbortSignal) =>
      access.run(subject.container, command(dumper, [...dumpOptions, name]), signal),

    /** An empty database with the character set of another; the name may be its own. */
    async recreate(name: string, like: string): Promise<void> {
      const row = await sql(
        `select default_character_set_name, default_collation_name from information_schema.schemata where schema_name = ${literal(like)}`,
      );
      const [set, collation] = row.split("\t");
      await drop(name);
      await sql(
        `create database ${quoted(name)}${set && collation ? ` character set ${set} collate ${collation}` : ""}`,
      );
    },

    async load(name: string, content: AsyncIterable<Buffer>): Promise<void> {
      const input = Readable.from(content, { objectMode: false });
      await run(inside, { ...command(client, ["--default-character-set=utf8mb4", name]), input }, signal);
    },
  };
}

async function loginOf(inside: Inside, signal: AbortSignal) {
  const root = await variableOf(inside, ["MARIADB_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD"], signal);
  if (root !== null) return { user: "root", password: root };
  const user = await variableOf(inside, ["MARIADB_USER", "MYSQL_USER"], signal);
  const password = await variableOf(inside, ["MARIADB_PASSWORD", "MYSQL_PASSWORD"], signal);
  // Without both, root may still come in over the socket, as in Debian's packages.
  return user !== null && password !== null ? { user, password } : { user: "root", password: null };
}

/** MariaDB's newer images have no programs of MySQL's names. */
async function programsOf(inside: Inside, signal: AbortSignal): Promise<readonly [client: string, dumper: string]> {
  try {
    await run(inside, { command: ["mariadb-dump", "--version"] }, signal);
    return ["mariadb", "mariadb-dump"];
  } catch (error) {
    if (signal.aborted || !(error instanceof ProgramFailed || isRefusal(error))) throw error;
    return ["mysql", "mysqldump"];
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && /not found|no such file/i.test(error.message);
}

const quoted = (name: string) => `\`${name.replaceAll("`", "``")}\``;
const literal = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
