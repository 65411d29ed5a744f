import { readdir, truncate } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeBackupKey } from "../../server/backup/sealing.ts";
import type { DataSubject } from "../../server/ports/backup/backup-tools.ts";
import { eventually, type RunningDatabases, type RunningServer, runDatabases } from "./running-databases.ts";

let databases: RunningDatabases;
beforeAll(async () => {
  databases = await runDatabases();
});
afterAll(() => databases?.end());

describe("a Postgres server", () => {
  let server: RunningServer;
  let subject: DataSubject;
  const sql = (database: string, query: string) =>
    databases.ask(server.id, ["psql", "-X", "-A", "-t", "-q", "-U", "app", "-d", database, "-c", query]);
  beforeAll(async () => {
    server = await databases.start("postgres", "pg");
    subject = databases.subjectOf("postgres", server);
    await eventually(() => sql("shop", "select 1"));
    await sql("shop", "create role reader; alter database shop set work_mem to '5MB'");
    await sql("shop", "create table orders (id int primary key, who text); grant select on orders to reader");
    await sql("shop", "insert into orders select n, 'Ada ' || n from generate_series(1, 5000) n");
    await sql("shop", `create database "Other one"`);
    await sql("Other one", "create table notes (text text); insert into notes values ('täglich')");
  });

  it("is dumped, a file for each database and one for the roles, with its tables and rows counted", async () => {
    const { dumped } = await databases.dump(subject);
    expect(dumped.files.map(({ name, of }) => [name, of])).toEqual([
      ["roles.sql.gz", "roles"],
      ["Other_one.pgdump.gz", "Other one"],
      ["shop.pgdump.gz", "shop"],
    ]);
    expect(dumped.facts).toEqual({ tables: 2, rows: 5001, isEstimate: false });
    expect(dumped.storedBytes).toBe(dumped.files.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(dumped.readBytes).toBeGreaterThan(dumped.storedBytes);
  });

  it("gets back exactly what it had, while a client that is connected has to connect again", async () => {
    const key = await makeBackupKey();
    const backup = await databases.dump(subject, key.recipient);
    await sql("shop", "delete from orders where id > 10; create table later (x int)");
    const sleeper = databases
      .ask(server.id, ["psql", "-U", "app", "-d", "shop", "-c", "select pg_sleep(600)"])
      .catch(String);
    await eventually(async () =>
      expect(
        await sql(
          "shop",
          "select count(*) from pg_stat_activity where query like '%pg_sleep(600)' and pid <> pg_backend_pid()",
        ),
      ).toBe("1"),
    );
    expect(await databases.restore(subject, backup, "same", key.identity)).toEqual(["Other one", "shop"]);
    expect(await sleeper).toContain("terminat");
    expect(await sql("shop", "select count(*), max(who) from orders")).toBe("5000|Ada 999");
    expect(await sql("shop", "select to_regclass('later') is null")).toBe("t");
    expect(await sql("shop", "show work_mem")).toBe("5MB");
    expect(await sql("shop", "select has_table_privilege('reader', 'orders', 'select')")).toBe("t");
    expect(await sql("Other one", "select text from notes")).toBe("täglich");
    expect(await sql("shop", "select string_agg(datname, ',' order by datname) from pg_database")).toBe(
      "Other one,postgres,shop,template0,template1",
    );
  });

  it("gets a database beside the one that is used", async () => {
    const backup = await databases.dump(subject);
    await sql("shop", "update orders set who = 'changed'");
    expect(await databases.restore(subject, backup, "new")).toEqual(["Other one_20261130_0310", "shop_20261130_0310"]);
    expect(await sql("shop", "select count(*) from orders where who = 'changed'")).toBe("5000");
    expect(await sql("shop_20261130_0310", "select count(*) from orders where who like 'Ada %'")).toBe("5000");
    await sql("shop", `drop database "Other one_20261130_0310"`);
    await sql("shop", `drop database shop_20261130_0310`);
  });

  it("keeps what it has when a backup is damaged", async () => {
    const backup = await databases.dump(subject);
    await truncate(join(databases.folder, backup.order.folder, "shop.pgdump.gz"), 2_000);
    await expect(databases.restore(subject, backup, "same")).rejects.toThrow();
    expect(await sql("shop", "select count(*) from orders")).toBe("5000");
    expect(await sql("shop", "select count(*) from pg_database where datname like '%2026%'")).toBe("0");
  });

  it("that cannot be asked says why, and leaves no files", async () => {
    const wrong = await databases.start("postgres", "pg2");
    await eventually(() => databases.ask(wrong.id, ["psql", "-U", "app", "-d", "shop", "-c", "select 1"]));
    await databases.ask(wrong.id, ["psql", "-U", "app", "-d", "template1", "-c", "create role boss superuser login"]);
    await databases.ask(wrong.id, ["psql", "-U", "boss", "-d", "template1", "-c", "alter role app rename to somebody"]);
    await expect(databases.dump(databases.subjectOf("postgres", wrong))).rejects.toThrow('role "app" does not exist');
    await expect(readdir(join(databases.folder, "postgres/5"))).rejects.toThrow("ENOENT");
  });
});
