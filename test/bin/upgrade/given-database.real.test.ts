import { expect, test } from "vitest";
import { databaseCopy } from "../../../bin/upgrade/database-copy.mjs";
import { type ScratchDatabase, useScratchDatabase } from "../../store/scratch-database.ts";
import { temporaryFolder } from "../temporary-folder.ts";

let database: ScratchDatabase;
useScratchDatabase((opened) => {
  database = opened;
});

test("a given database is put back as it was, with its law, and what is not Baton's stays", async () => {
  const { sql, store } = database;
  await store.settings.set("upgrade", "before");
  await sql`create table others (number int)`;
  const copy = await databaseCopy({ config: { dataFolder: await temporaryFolder(), databaseUrl: database.url } });
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
