import { Readable } from "node:stream";
import { ProgramFailed } from "../../ports/engine/container-access.ts";
import { type Inside, run, textOf, variableOf } from "./dump-tool.ts";
import { optionOf } from "./server-options.ts";

export interface MysqlClient {
  /** Runs statements and returns lines with tabs between their columns. */
  sql(text: string): Promise<string>;
  /** The same for statements of any length. */
  longSql(text: string): Promise<string>;
  dump(options: readonly string[], signal: AbortSignal): AsyncIterable<Buffer>;
  load(database: string, content: AsyncIterable<Buffer>): Promise<void>;
}

/** The programs of MySQL or MariaDB in their container, as a user that the image's variables name. */
export async function connect(inside: Inside, signal: AbortSignal): Promise<MysqlClient> {
  const { access, subject } = inside;
  const login = await loginOf(inside, signal);
  const [client, dumper] = await programsOf(inside, signal);
  const socket = optionOf(inside, "--socket");
  const command = (program: string, options: readonly string[]) => ({
    command: [program, "-u", login.user, ...(socket === null ? [] : [`--socket=${socket}`]), ...options],
    environment: login.password === null ? {} : { MYSQL_PWD: login.password },
  });
  const feed = (options: readonly string[], content: AsyncIterable<Buffer> | readonly Buffer[]) => ({
    ...command(client, options),
    input: Readable.from(content, { objectMode: false }),
  });
  return {
    sql: (text) => textOf(inside, command(client, ["-N", "-B", "-e", text]), signal),
    longSql: (text) => textOf(inside, feed(["-N", "-B"], [Buffer.from(text)]), signal),
    dump: (options, signal) => access.run(subject.container, command(dumper, options), signal),
    load: (database, content) => run(inside, feed(["--default-character-set=utf8mb4", database], content), signal),
  };
}

/** Root sees all databases; where the image made its password up, there is only the user that it was told to make. */
async function loginOf(
  inside: Inside,
  signal: AbortSignal,
): Promise<{ readonly user: string; readonly password: string | null }> {
  const { variables } = inside;
  const administrator = variables.MARIADB_ROOT_USER || variables.MYSQL_ROOT_USER || "root";
  const root = await variableOf(inside, ["MARIADB_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD"], signal);
  if (root !== null) return { user: administrator, password: root };
  const needsNone = passwordless.some((name) => /^(?!0$|no$|false$)./i.test(variables[name] ?? ""));
  if (needsNone) return { user: administrator, password: null };
  const user = await variableOf(inside, ["MARIADB_USER", "MYSQL_USER"], signal);
  const password = await variableOf(inside, ["MARIADB_PASSWORD", "MYSQL_PASSWORD"], signal);
  // Without both, root may still come in over the socket, as in Debian's packages.
  return user !== null && password !== null ? { user, password } : { user: administrator, password: null };
}

const passwordless = [
  ...["MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "MARIADB_ALLOW_EMPTY_PASSWORD"],
  ...["MYSQL_ALLOW_EMPTY_PASSWORD", "ALLOW_EMPTY_PASSWORD"],
];

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

export const quoted = (name: string) => `\`${name.replaceAll("`", "``")}\``;
export const literal = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
