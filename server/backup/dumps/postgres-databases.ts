import { setTimeout as delay } from "node:timers/promises";
import { ProgramFailed } from "../../ports/engine/container-access.ts";
import { linesOf } from "./dump-tool.ts";
import { literal, maintenance, onlyFailed, type PostgresClient, quoted, tableCount } from "./postgres-client.ts";

/** Clients that were told to leave take a moment. */
const swapTries = 50;
const swapPauseMs = 200;
/** How long counting rows may take. */
const countLimit = "20s";

/** An empty database with the owner, the locale and the settings of another; without that one, with the usual ones. */
export async function createLike({ sql }: PostgresClient, name: string, like: string): Promise<void> {
  const row = await sql(
    maintenance,
    `select r.rolname || chr(10) || pg_encoding_to_char(d.encoding) || chr(10) || d.datcollate || chr(10) || d.datctype from pg_database d join pg_roles r on r.oid = d.datdba where d.datname = ${literal(like)}`,
  );
  const [owner, encoding, collate, ctype] = linesOf(row);
  const options = owner
    ? ` owner ${quoted(owner)} encoding ${literal(encoding ?? "UTF8")} lc_collate ${literal(collate ?? "C")} lc_ctype ${literal(ctype ?? "C")}`
    : "";
  await sql(maintenance, `create database ${quoted(name)} template template0${options}`);
  const settings = await sql(
    maintenance,
    `select unnest(setconfig) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase where s.setrole = 0 and d.datname = ${literal(like)}`,
  );
  for (const setting of linesOf(settings)) {
    const [parameter = "", ...value] = setting.split("=");
    // The value of these is a list, in which each name is quoted already.
    const isList = /(?:_path|_libraries|_prefix)$/.test(parameter);
    const text = isList ? value.join("=") || "''" : literal(value.join("="));
    await sql(maintenance, `alter database ${quoted(name)} set ${parameter} to ${text}`);
  }
}

export async function fill(client: PostgresClient, name: string, content: AsyncIterable<Buffer>): Promise<void> {
  const { sql } = client;
  const { beginning, all } = await peeked(content, contentsBytes);
  const hasTimescale = beginning.includes("CREATE EXTENSION IF NOT EXISTS timescaledb ");
  // As its documentation asks for: background workers rest meanwhile.
  if (hasTimescale) await sql(name, "create extension if not exists timescaledb; select timescaledb_pre_restore()");
  await client.feed("pg_restore", ["--exit-on-error", "-d", name], all);
  if (hasTimescale) await sql(name, "select timescaledb_post_restore()");
  await sql(name, "analyze");
}

/** A dump begins with its table of contents, and that with the extensions. */
const contentsBytes = 1024 * 1024;

async function peeked(content: AsyncIterable<Buffer>, bytes: number) {
  const rest = content[Symbol.asyncIterator]();
  const chunks: Buffer[] = [];
  for (let size = 0; size < bytes; ) {
    const { value, done } = await rest.next();
    if (done) break;
    chunks.push(value);
    size += value.length;
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield* chunks;
    yield* { [Symbol.asyncIterator]: () => rest };
  }
  return { beginning: Buffer.concat(chunks), all: all() };
}

/** Gives a new database an old one's name, and drops the old one. Clients are disconnected for a moment. */
export async function swap(client: PostgresClient, name: string, fresh: string): Promise<void> {
  const ask = (text: string) => client.sql(maintenance, text);
  const rename = `alter database ${quoted(fresh)} rename to ${quoted(name)}`;
  const exists = await ask(`select 1 from pg_database where datname = ${literal(name)}`);
  if (exists !== "1") {
    await ask(rename);
    return;
  }
  const old = shortened(name, "replaced");
  await ask(`drop database if exists ${quoted(old)}`);
  await ask(`alter database ${quoted(name)} allow_connections false`);
  const leave = `select pg_terminate_backend(pid) from pg_stat_activity where datname in (${literal(name)}, ${literal(fresh)})`;
  try {
    await untilFree(client, `${leave}; alter database ${quoted(name)} rename to ${quoted(old)}; ${rename}`);
  } catch (error) {
    await ask(`alter database ${quoted(name)} allow_connections true`);
    throw error;
  }
  await ask(`drop database ${quoted(old)}`);
}

async function untilFree({ sql, signal }: PostgresClient, text: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await sql(maintenance, text);
      return;
    } catch (error) {
      const isBusy = error instanceof ProgramFailed && /being accessed/.test(error.message);
      if (!isBusy || tries === swapTries) throw error;
    }
    await delay(swapPauseMs, undefined, { signal });
  }
}

export async function drop({ sql }: PostgresClient, name: string): Promise<void> {
  await sql(maintenance, `drop database if exists ${quoted(name)}`);
}

/** Counts exactly where that takes seconds; else the statistics tell. */
export async function count({ sql }: PostgresClient, database: string) {
  const tables = Number(await sql(database, tableCount));
  try {
    const rows = await sql(database, exactCount, { PGOPTIONS: `-c statement_timeout=${countLimit}` });
    return { tables, rows: Number(rows), isEstimate: false };
  } catch (error) {
    onlyFailed(error);
    const rows = await sql(database, "select coalesce(sum(n_live_tup), 0) from pg_stat_user_tables");
    return { tables, rows: Number(rows), isEstimate: true };
  }
}

const exactCount = `select coalesce(sum((xpath('/row/c/text()', query_to_xml(format('select count(*) as c from only %I.%I', schemaname, relname), false, true, '')))[1]::text::bigint), 0) from pg_stat_user_tables`;

/** Postgres cuts names at 63 bytes, which could make two of them one. */
export function shortened(name: string, suffix: string): string {
  const room = 62 - suffix.length;
  let kept = name;
  while (Buffer.byteLength(kept) > room) kept = kept.slice(0, -1);
  return `${kept}_${suffix}`;
}
