import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DataSubject } from "../../server/ports/backup/backup-tools.ts";
import { eventually, type RunningDatabases, type RunningServer, runDatabases } from "./running-databases.ts";

const password = "open sesame";
const kinds = [
  { name: "MariaDB 10.11", kind: "mariadb", suite: "bookworm", client: "mariadb", depth: "max_recursive_iterations" },
  { name: "MySQL 9.7", kind: "mysql", suite: "sid", client: "mysql", depth: "cte_max_recursion_depth" },
] as const;
const numbers =
  "n as (select 1 as id union all select id + 1 from n where id < 3000) select id, concat('Zoë ', id), x'00ff10'";

describe.each(kinds)("a server of $name", ({ kind, suite, client, depth }) => {
  let databases: RunningDatabases;
  let server: RunningServer;
  let subject: DataSubject;
  const sqlAs = (server: RunningServer, MYSQL_PWD: string, query: string) =>
    databases.ask(server.id, [client, "-u", "root", "-N", "-B", "-e", query], { MYSQL_PWD });
  const sql = (query: string) => sqlAs(server, password, query);

  beforeAll(async () => {
    databases = await runDatabases(suite);
    server = await databases.start(kind, "first");
    subject = databases.subjectOf("mysql", server);
    await eventually(async () => expect(await sql("show databases like 'shop'")).toBe("shop"));
    await sql("drop database if exists test; alter database shop character set utf8mb4 collate utf8mb4_german2_ci");
    await sql("create database `Other one`; create table `Other one`.notes (text text)");
    await sql("insert into `Other one`.notes values ('täglich')");
    await sql("use shop; create table orders (id int primary key, who text, picture blob) engine=innodb");
    await sql(`use shop; set ${depth} = 5000; insert into orders with recursive ${numbers} from n`);
    await sql("create view shop.firsts as select * from shop.orders where id < 10");
    await sql("use shop; create trigger no_more before delete on orders for each row set @x = 1");
    await sql("use shop; create procedure how_many() select count(*) from orders");
    await sql("use shop; create event tidy on schedule every 1 year do delete from orders where id < 0");
  });
  afterAll(() => databases?.end());

  const state = async () => [
    await sql("select count(*), max(who), hex(max(picture)) from shop.orders"),
    await sql("select count(*) from shop.firsts"),
    await sql("call shop.how_many()"),
    await sql("select event_name from information_schema.events"),
    await sql("select trigger_name from information_schema.triggers where trigger_schema = 'shop'"),
    await sql("select default_collation_name from information_schema.schemata where schema_name='shop'"),
    await sql("show tables in shop like 'later'"),
    await sql("select * from `Other one`.notes"),
  ];

  it("is dumped, and gets back exactly what it had, with views, triggers, routines and events", async () => {
    const backup = await databases.dump(subject);
    expect(backup.dumped.files.map(({ name, of }) => [name, of]).sort()).toEqual([
      ["Other_one.sql.gz", "Other one"],
      ["shop.sql.gz", "shop"],
    ]);
    expect(backup.dumped.facts).toEqual({ tables: 2, rows: 3001, isEstimate: false });
    const before = await state();
    expect(before.slice(0, 5)).toEqual(["3000\tZoë 999\t00FF10", "9", "3000", "tidy", "no_more"]);
    await sql("delete from shop.orders where id > 5; create table shop.later (x int); drop event shop.tidy");
    await sql("drop procedure shop.how_many; drop view shop.firsts; drop table `Other one`.notes");
    expect([...(await databases.restore(subject, backup, "same"))].sort()).toEqual(["Other one", "shop"]);
    expect(await state()).toEqual(before);
  });

  it("gets a database beside the one that is used", async () => {
    const backup = await databases.dump(subject);
    await sql("update shop.orders set who = 'changed'");
    const beside = await databases.restore(subject, backup, "new");
    expect([...beside].sort()).toEqual(["Other one_20261130_0310", "shop_20261130_0310"]);
    expect(await sql("select count(*) from shop_20261130_0310.orders where who like 'Zo%'")).toBe("3000");
    expect(await sql("select count(*) from shop.orders where who = 'changed'")).toBe("3000");
  });

  it("is dumped by the user that its image made, where root's password is not known", async () => {
    const environment = { MYSQL_ROOT_PASSWORD: "", MARIADB_ROOT_PASSWORD: "", MYSQL_USER: "app" };
    const other = await databases.start(kind, "user", {
      environment: { ...environment, MYSQL_PASSWORD_FILE: "/tmp/password" },
    });
    const mine = databases.subjectOf("mysql", other);
    await eventually(async () => expect(await sqlAs(other, "", "show databases like 'shop'")).toBe("shop"));
    await sqlAs(
      other,
      "",
      "drop database if exists test; create user app@localhost identified by 'mine'; grant all on shop.* to app@localhost",
    );
    await sqlAs(other, "", "alter user root@localhost identified by 'nobody knows'");
    await sqlAs(other, "nobody knows", "create table shop.orders (id int); insert into shop.orders values (1), (2)");
    await databases.ask(other.id, ["sh", "-c", "echo mine > /tmp/password"]);
    const backup = await databases.dump(mine);
    expect(backup.dumped.facts).toEqual({ tables: 1, rows: 2, isEstimate: false });
    await sqlAs(other, "nobody knows", "delete from shop.orders");
    expect(await databases.restore(mine, backup, "same")).toEqual(["shop"]);
    expect(await sqlAs(other, "nobody knows", "select count(*) from shop.orders")).toBe("2");
  });
});
