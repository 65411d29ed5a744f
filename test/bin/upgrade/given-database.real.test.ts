import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { databaseCopy } from "../../../bin/upgrade/database-copy.mjs";
import { type ScratchDatabase, useScratchDatabase } from "../../store/scratch-database.ts";
import { temporaryFolder } from "../temporary-folder.ts";

let database: ScratchDatabase;
useScratchDatabase((opened) => {
  database = opened;
});

const server = async () => Number.parseInt((await database.store.facts()).version, 10);
const client = (): number => {
  try {
    return Number(/\d+/.exec(execFileSync("pg_dump", ["--version"], { encoding: "utf8" }))?.[0]);
  } catch {
    return 0;
  }
};
const copyNow = async () =>
  databaseCopy({ config: { dataFolder: await temporaryFolder(), databaseUrl: database.url } });

test("a given database that the pg_dump of this machine cannot copy stops the upgrade before anything is done", async ({
  skip,
}) => {
  if (client() >= (await server())) skip("This machine's pg_dump can copy it.");
  await expect(copyNow()).rejects.toThrow("The database of DATABASE_URL cannot be copied before the upgrade.");
});

test("a given database is put back as it was, with its law, and what is not Baton's stays", async ({ skip }) => {
  if (client() < (await server())) skip(`There is no pg_dump for Postgres ${await server()} here.`);
  const { sql, store } = database;
  await store.settings.set("upgrade", "before");
  await sql`create table others (number int)`;
  const copy = await copyNow();
  await copy.take();
  await store.settings.set("upgrade", "after");
  await sql`alter table settings add column more text`;
  await sql`insert into others values (1)`;
  await copy.putBack();
  expect(await store.settings.get("upgrade")).toBe("before");
  await expect(sql`select more from settings`).rejects.toThrow('column "more" does not exist');
  await expect(sql`truncate audit_entries`).rejects.toThrow("the audit log is kept");
  expect(await sql`select number from others`).toEqual([{ number: 1 }]);
  await sql`drop table others`;
});
