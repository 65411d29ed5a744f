import { Readable } from "node:stream";
import { ProgramFailed } from "../../ports/engine/container-access.ts";
import { type Inside, linesOf, run, textOf, type Variables, variableOf } from "./dump-tool.ts";
import { optionOf, wordsOf } from "./server-options.ts";

/** Every cluster has it, and nobody's data is in it. */
export const maintenance = "template1";

export interface PostgresClient {
  readonly signal: AbortSignal;
  /** Runs a query and returns unaligned lines. */
  sql(database: string, text: string, within?: Variables): Promise<string>;
  program(name: string, options: readonly string[], signal: AbortSignal): AsyncIterable<Buffer>;
  /** Runs a program that reads. */
  feed(name: string, options: readonly string[], content: AsyncIterable<Buffer>): Promise<void>;
  /** Those that hold data: the server's own `postgres` only when somebody uses it. */
  databases(): Promise<readonly string[]>;
}

/** Postgres' own programs in its container, as the user that the image's variables name. */
export async function connect(inside: Inside, signal: AbortSignal): Promise<PostgresClient> {
  const { access, subject } = inside;
  const { user, password } = await loginOf(inside, signal);
  const own = (await variableOf(inside, ["POSTGRES_DB", "POSTGRESQL_DATABASE"], signal)) ?? user;
  const environment = { PGCONNECT_TIMEOUT: "10", ...(password !== null && { PGPASSWORD: password }) };
  const port = portOf(inside);
  const command = (name: string, options: readonly string[]) => ({
    command: [name, "-U", user, "-w", ...(port === null ? [] : ["-p", port]), ...options],
    environment,
  });
  const silent = ["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"];

  const sql: PostgresClient["sql"] = (database, text, within = {}) => {
    const client = command("psql", [...silent, "-d", database, "-c", text]);
    return textOf(inside, { ...client, environment: { ...client.environment, ...within } }, signal);
  };
  return {
    ...{ signal, sql },
    program: (name, options, signal) => access.run(subject.container, command(name, options), signal),

    async feed(name, options, content) {
      const input = Readable.from(content, { objectMode: false });
      const quiet = name === "psql" ? ["-X", "-q"] : [];
      await run(inside, { ...command(name, [...quiet, ...options]), input }, signal);
    },

    async databases() {
      const all = linesOf(
        await sql(
          maintenance,
          "select datname from pg_database where datallowconn and not datistemplate order by datname",
        ),
      );
      const mayBeUnused = own !== "postgres" && all.includes("postgres") && all.length > 1;
      const isUnused = mayBeUnused && (await sql("postgres", tableCount)) === "0";
      return isUnused ? all.filter((name) => name !== "postgres") : all;
    },
  };
}

/** The superuser where there is one; Bitnami's images have it beside the user that owns the database. */
async function loginOf(
  inside: Inside,
  signal: AbortSignal,
): Promise<{ readonly user: string; readonly password: string | null }> {
  const superuser = ["POSTGRESQL_POSTGRES_PASSWORD", "POSTGRES_POSTGRES_PASSWORD"];
  const password = await variableOf(inside, superuser, signal);
  if (password !== null) return { user: "postgres", password };
  return {
    user: (await variableOf(inside, ["POSTGRES_USER", "POSTGRESQL_USERNAME"], signal)) ?? "postgres",
    password: await variableOf(inside, ["POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD", "POSTGRES_PASS"], signal),
  };
}

/** An image's own variable, PGPORT, is known to the programs. */
function portOf(inside: Inside): string | null {
  const { variables } = inside;
  const settings = wordsOf(inside).map((word) => /^(?:--port|-cport|port|-p)=(\d+)$/.exec(word)?.[1]);
  const port = optionOf(inside, "-p", "--port") ?? settings.find((one) => one) ?? variables.POSTGRESQL_PORT_NUMBER;
  return port !== undefined && /^\d+$/.test(port) ? port : null;
}

export const tableCount = "select count(*) from pg_stat_user_tables";

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** For what may fail because a program says so; everything else is passed on. */
export function onlyFailed(error: unknown): void {
  if (!(error instanceof ProgramFailed)) throw error;
}
