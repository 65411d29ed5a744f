import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { afterEach, describe, expect, inject, it } from "vitest";
import { copyIn, isInUse, NewerCopy } from "../../../server/store/copy/copy-in.ts";
import { copyOut } from "../../../server/store/copy/copy-out.ts";
import type { DatabaseLayout } from "../../../server/store/copy/database-layout.ts";
import { createDatabase, dropDatabase, urlOf } from "../../run/postgres.ts";
import { migrationsFolder, scratchDatabase } from "../scratch-database.ts";

interface Copy {
  readonly layout: DatabaseLayout;
  readonly tables: ReadonlyMap<string, Buffer>;
}

const leftovers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const remove of leftovers.splice(0).reverse()) await remove();
});

async function database() {
  const made = await scratchDatabase();
  leftovers.push(() => made.remove());
  return made;
}

async function emptyDatabase() {
  const server = inject("postgresUrl");
  const name = `restored_${randomBytes(6).toString("hex")}`;
  await createDatabase(server, name);
  const url = urlOf(server, name);
  const sql = postgres(url, { max: 2, onnotice: () => {} });
  leftovers.push(() => dropDatabase(server, name));
  leftovers.push(() => sql.end());
  return { url, sql };
}

async function take(url: string, meanwhile: () => Promise<unknown> = async () => {}): Promise<Copy> {
  let layout: DatabaseLayout | undefined;
  const tables = new Map<string, Buffer>();
  await copyOut(url, {
    async begin(read) {
      layout = read;
      await meanwhile();
    },
    async table(name, rows) {
      tables.set(name, Buffer.concat(await collected(rows)));
    },
  });
  if (!layout) throw new Error("no layout came");
  return { layout, tables };
}

async function collected(rows: AsyncIterable<Buffer>): Promise<readonly Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of rows) chunks.push(chunk);
  return chunks;
}

async function* inPieces({ tables }: Copy) {
  for (const [name, rows] of tables) yield { name, rows: pieces(rows) };
}

/** Borders fall in the middle of rows and of characters. */
async function* pieces(rows: Buffer) {
  for (let at = 0; at < rows.length; at += 7) yield rows.subarray(at, at + 7);
}

const hostileText = "tab\t newline\n backslash\\ NULL \\N é ✓";

async function fill(sql: postgres.Sql) {
  const [environment] = await sql`select id from environments limit 1`;
  const environmentId =
    environment?.id ??
    (await sql`insert into environments (name, domain) values ('production', 'localhost') returning id`)[0]?.id;
  const [product] = await sql`insert into products (slug, created_at) values ('shop', now()) returning id`;
  const [installation] = await sql`
    insert into installations (product_id, environment_id, branch) values (${product?.id}, ${environmentId}, 'main') returning id`;
  await sql`insert into settings (name, value) values ('note', ${hostileText})`;
  return { product: product?.id, installation: installation?.id };
}

describe("a copy of the database", () => {
  it("has every row of every table, and the new database goes on where the old one was", async () => {
    const from = await database();
    await fill(from.sql);
    await from.sql`
      insert into audit_entries (at, who, what, subject, address) values (now(), 'ada', 'created', 'shop', '127.0.0.1')`;
    const copy = await take(from.url);
    const to = await emptyDatabase();
    expect(await isInUse(to.url)).toBe(false);

    await copyIn(to.url, migrationsFolder, { layout: copy.layout, tables: inPieces(copy) });

    expect(await isInUse(to.url)).toBe(true);
    expect(copy.layout.tables.length).toBeGreaterThan(20);
    for (const { name } of copy.layout.tables)
      expect({ name, rows: await to.sql`select * from ${to.sql(name)} order by 1` }).toEqual({
        name,
        rows: await from.sql`select * from ${from.sql(name)} order by 1`,
      });
    expect(await to.sql`select value from settings where name = 'note'`).toEqual([{ value: hostileText }]);
    const next = (sql: postgres.Sql) =>
      sql`insert into products (slug, created_at) values ('next', now()) returning id`;
    expect(await next(to.sql)).toEqual(await next(from.sql));
  });

  it("leaves foreign keys and triggers as the migrations made them", async () => {
    const from = await database();
    await fill(from.sql);
    const copy = await take(from.url);
    const to = await emptyDatabase();
    await copyIn(to.url, migrationsFolder, { layout: copy.layout, tables: inPieces(copy) });
    const law = (sql: postgres.Sql) => sql`
      select conrelid::regclass::text as table, conname, pg_get_constraintdef(oid) as text, convalidated
      from pg_constraint where connamespace = 'public'::regnamespace order by 1, 2`;
    const triggers = (sql: postgres.Sql) => sql`
      select tgrelid::regclass::text as table, tgname, tgenabled from pg_trigger where not tgisinternal order by 1, 2`;
    expect(await law(to.sql)).toEqual(await law(from.sql));
    expect(await triggers(to.sql)).toEqual(await triggers(from.sql));
  });

  it("is of one moment: rows that are written while it is taken are in none of its tables", async () => {
    const from = await database();
    const copy = await take(from.url, () => fill(from.sql));
    const to = await emptyDatabase();
    await copyIn(to.url, migrationsFolder, { layout: copy.layout, tables: inPieces(copy) });
    expect(await to.sql`select slug from products`).toEqual([]);
    expect(await to.sql`select name from settings where name = 'note'`).toEqual([]);
  });

  it("fills nothing when it is damaged", async () => {
    const from = await database();
    await fill(from.sql);
    const copy = await take(from.url);
    const to = await emptyDatabase();
    const without = new Map([...copy.tables].filter(([name]) => name !== "products"));
    const restoring = copyIn(to.url, migrationsFolder, {
      layout: copy.layout,
      tables: inPieces({ ...copy, tables: without }),
    });
    await expect(restoring).rejects.toThrow("violates foreign key constraint");
    expect(await to.sql`select name from settings`).toEqual([]);
  });

  it("of a newer Baton is refused with what to do", async () => {
    const { url } = await database();
    const copy = await take(url);
    const to = await emptyDatabase();
    const restoring = copyIn(to.url, migrationsFolder, {
      layout: { ...copy.layout, migration: "ffff" },
      tables: inPieces(copy),
    });
    await expect(restoring).rejects.toThrow(NewerCopy);
    expect(await isInUse(to.url)).toBe(false);
  });
});
