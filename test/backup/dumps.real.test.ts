import { mkdtemp, readdir, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBackupTools } from "../../server/backup/backup-tools.ts";
import { makeBackupKey } from "../../server/backup/sealing.ts";
import { systemClock } from "../../server/boot/system-clock.ts";
import { createContainerAccess } from "../../server/docker/access/container-access.ts";
import type { DumpMethod } from "../../server/model/backup.ts";
import { plainContainer } from "../../server/model/deployment/spec.ts";
import type { ContainerId, ImageId } from "../../server/model/names/ids.ts";
import type { BackupTools, DataSubject, Dumped } from "../../server/ports/backup/backup-tools.ts";
import { freeSubnet } from "../docker/free-subnet.ts";
import { containerRequest, createScratchEngine, never, owner, type ScratchEngine } from "../docker/scratch-engine.ts";
import { databaseImage, servers } from "./database-image.ts";

let scratch: ScratchEngine;
let access: ReturnType<typeof createContainerAccess>;
let tools: BackupTools;
let folder: string;
let image: ImageId;
const place = { place: { type: "folder", path: null }, secret: null } as const;
const network = () => `baton-${scratch.instance}-backup`;

beforeAll(async () => {
  scratch = await createScratchEngine();
  access = createContainerAccess({ instance: scratch.instance, socket: process.env.DOCKER_HOST });
  folder = await mkdtemp(join(tmpdir(), "baton-dumps-"));
  tools = createBackupTools({ access, clock: systemClock, ownFolder: folder });
  image = await databaseImage(scratch.engine, `baton-${scratch.instance}/databases:1`, never);
  await scratch.engine.createNetwork({ name: network(), subnet: await freeSubnet(scratch.engine), owner }, never);
});
afterAll(async () => {
  await scratch?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function start(kind: keyof typeof servers, volume: string, more: Record<string, string> = {}) {
  const { user, command, environment, folder: path } = servers[kind];
  const name = `baton-${scratch.instance}-${volume}`;
  await scratch.engine.createVolume({ name, owner, filledBy: null }, never);
  const id = await scratch.engine.createContainer(
    containerRequest(scratch, network(), {
      ...{ service: kind, kind: "tcp", image, command, environment: { ...environment, ...more } },
      limits: { memoryBytes: 512 * 1024 * 1024, pids: 256, cpus: null },
      options: { ...plainContainer, user },
      mounts: [
        { type: "volume", volume: name, path, readOnly: false, startsEmpty: false },
        { type: "tmpfs", path: "/run/mysqld", sizeBytes: null },
      ],
    }),
    never,
  );
  await scratch.engine.startContainer(id, never);
  return { id, name, path };
}

function subjectOf(method: DumpMethod, { id, name, path }: Awaited<ReturnType<typeof start>>): DataSubject {
  const volumes = [{ name, path }];
  return { service: "db", method, container: id, image, owner, volumes, writers: [id] };
}

async function ask(id: ContainerId, command: readonly string[], environment: Record<string, string> = {}) {
  return (await text(Readable.from(access.run(id, { command, environment }, never)))).trim();
}

async function eventually<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === 300) throw error;
      await delay(200);
    }
  }
}

let count = 0;
async function dump(subject: DataSubject, recipient: string | null = null) {
  const order = { to: place, folder: `${subject.method}/${++count}`, recipient, onProgress: () => {} };
  return { order, dumped: await tools.dump(subject, order, never) };
}

function restore(
  subject: DataSubject,
  { order, dumped }: { order: { folder: string }; dumped: Dumped },
  into: "same" | "new",
  identity: string | null = null,
) {
  const from = { from: place, folder: order.folder, files: dumped.files, identity, into, suffix: "20261130_0310" };
  return tools.restore(subject, from, never);
}

describe("a Postgres server", () => {
  let server: Awaited<ReturnType<typeof start>>;
  let subject: DataSubject;
  const sql = (database: string, query: string) =>
    ask(server.id, ["psql", "-X", "-A", "-t", "-q", "-U", "app", "-d", database, "-c", query]);
  beforeAll(async () => {
    server = await start("postgres", "pg");
    subject = subjectOf("postgres", server);
    await eventually(() => sql("shop", "select 1"));
    await sql("shop", "create role reader; alter database shop set work_mem to '5MB'");
    await sql("shop", "create table orders (id int primary key, who text); grant select on orders to reader");
    await sql("shop", "insert into orders select n, 'Ada ' || n from generate_series(1, 5000) n");
    await sql("shop", `create database "Other one"`);
    await sql("Other one", "create table notes (text text); insert into notes values ('täglich')");
  });

  it("is dumped, a file for each database and one for the roles, with its tables and rows counted", async () => {
    const { dumped } = await dump(subject);
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
    const backup = await dump(subject, key.recipient);
    await sql("shop", "delete from orders where id > 10; create table later (x int)");
    const sleeper = ask(server.id, ["psql", "-U", "app", "-d", "shop", "-c", "select pg_sleep(600)"]).catch(String);
    await eventually(async () =>
      expect(
        await sql(
          "shop",
          "select count(*) from pg_stat_activity where query like '%pg_sleep(600)' and pid <> pg_backend_pid()",
        ),
      ).toBe("1"),
    );
    expect(await restore(subject, backup, "same", key.identity)).toEqual(["Other one", "shop"]);
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
    const backup = await dump(subject);
    await sql("shop", "update orders set who = 'changed'");
    expect(await restore(subject, backup, "new")).toEqual(["Other one_20261130_0310", "shop_20261130_0310"]);
    expect(await sql("shop", "select count(*) from orders where who = 'changed'")).toBe("5000");
    expect(await sql("shop_20261130_0310", "select count(*) from orders where who like 'Ada %'")).toBe("5000");
    await sql("shop", `drop database "Other one_20261130_0310"`);
    await sql("shop", `drop database shop_20261130_0310`);
  });

  it("keeps what it has when a backup is damaged", async () => {
    const backup = await dump(subject);
    await truncate(join(folder, backup.order.folder, "shop.pgdump.gz"), 2_000);
    await expect(restore(subject, backup, "same")).rejects.toThrow();
    expect(await sql("shop", "select count(*) from orders")).toBe("5000");
    expect(await sql("shop", "select count(*) from pg_database where datname like '%2026%'")).toBe("0");
  });

  it("that cannot be asked says why, and leaves no files", async () => {
    const wrong = await start("postgres", "pg2", { POSTGRES_USER: "app" });
    await eventually(() => ask(wrong.id, ["psql", "-U", "app", "-d", "shop", "-c", "select 1"]));
    await ask(wrong.id, ["psql", "-U", "app", "-d", "template1", "-c", "create role boss superuser login"]);
    await ask(wrong.id, ["psql", "-U", "boss", "-d", "template1", "-c", "alter role app rename to somebody"]);
    await expect(dump(subjectOf("postgres", wrong))).rejects.toThrow('role "app" does not exist');
    await expect(readdir(join(folder, `postgres/${count}`))).rejects.toThrow("ENOENT");
  });
});

describe("a MariaDB server", () => {
  let server: Awaited<ReturnType<typeof start>>;
  let subject: DataSubject;
  const sql = (query: string) =>
    ask(server.id, ["mariadb", "-u", "root", "-N", "-B", "-e", query], { MYSQL_PWD: "open sesame" });
  beforeAll(async () => {
    server = await start("mysql", "maria");
    subject = subjectOf("mysql", server);
    await eventually(() => sql("select 1 from information_schema.schemata where schema_name = 'shop'"));
    await sql("alter database shop character set utf8mb4 collate utf8mb4_german2_ci");
    await sql("create table shop.orders (id int primary key, who text, picture blob) engine=innodb");
    await sql("use shop; insert into orders select seq, concat('Zoë ', seq), x'00ff10' from seq_1_to_3000");
    await sql("create view shop.firsts as select * from shop.orders where id < 10");
    await sql("drop database if exists test");
    await sql("use shop; create trigger no_more before delete on orders for each row set @x = 1");
  });

  it("is dumped, and gets back what it had", async () => {
    const backup = await dump(subject);
    expect(backup.dumped.files.map(({ name }) => name)).toEqual(["shop.sql.gz"]);
    expect(backup.dumped.facts).toMatchObject({ tables: 1, isEstimate: true });
    await sql("delete from shop.orders where id > 5; create table shop.later (x int)");
    expect(await restore(subject, backup, "same")).toEqual(["shop"]);
    expect(await sql("select count(*), max(who), hex(max(picture)) from shop.orders")).toBe("3000\tZoë 999\t00FF10");
    expect(await sql("select count(*) from shop.firsts")).toBe("9");
    expect(await sql("show tables in shop like 'later'")).toBe("");
    expect(await sql("select default_collation_name from information_schema.schemata where schema_name='shop'")).toBe(
      "utf8mb4_german2_ci",
    );
  });

  it("gets a database beside the one that is used", async () => {
    const backup = await dump(subject);
    expect(await restore(subject, backup, "new")).toEqual(["shop_20261130_0310"]);
    expect(await sql("select count(*) from shop_20261130_0310.orders")).toBe("3000");
  });
});

describe("a Redis server that appends", () => {
  it("is dumped, gets back exactly what it had, and still has it after a restart", async () => {
    const server = await start("redis", "redis");
    const subject = subjectOf("redis", server);
    const redis = (...words: string[]) => ask(server.id, ["redis-cli", ...words], { REDISCLI_AUTH: "secret" });
    await eventually(async () => expect(await redis("ping")).toBe("PONG"));
    for (const name of ["a", "b", "c"]) await redis("set", name, `${name}-before`);
    const backup = await dump(subject);
    expect(backup.dumped.facts).toEqual({ tables: null, rows: 3, isEstimate: false });
    await redis("set", "a", "changed");
    await redis("set", "later", "x");
    expect(await restore(subject, backup, "same")).toEqual(["all keys"]);
    const state = async () => [await redis("get", "a"), await redis("dbsize"), await redis("exists", "later")];
    expect(await state()).toEqual(["a-before", "3", "0"]);
    expect(await redis("info", "replication")).toContain("role:master");
    await redis("set", "d", "writable");
    await scratch.engine.stopContainer(server.id, 10_000, never);
    await scratch.engine.startContainer(server.id, never);
    await eventually(async () => expect(await redis("dbsize")).toBe("4"));
    await expect(restore(subject, backup, "new")).rejects.toThrow("no place beside it");
  });
});

describe("a volume", () => {
  it("is archived while its container is frozen, and unpacked into an empty one", async () => {
    const server = await start("redis", "files");
    const subject = subjectOf("volume", server);
    await eventually(() => ask(server.id, ["sh", "-c", "printf 'SQLite format 3\\0rest' > /data/redis/app.sqlite3"]));
    const backup = await dump(subject);
    expect(backup.dumped.files.map(({ name, of }) => [name, of])).toEqual([["redis.tar.gz", "/data/redis"]]);
    expect(backup.dumped.facts).toMatchObject({ rows: null, sqlite: 1 });
    expect(backup.dumped.frozenMs).toBeGreaterThan(0);
    expect((await scratch.engine.inspectContainer(server.id, never))?.status).toBe("running");

    const beside = `${server.name}-20261130_0310`;
    await scratch.engine.createVolume({ name: beside, owner, filledBy: null }, never);
    expect(await restore(subject, backup, "new")).toEqual([beside]);
    await scratch.engine.removeContainer(server.id, never);
    await scratch.engine.removeVolume(server.name, never);
    await scratch.engine.createVolume({ name: server.name, owner, filledBy: null }, never);
    expect(await restore(subject, backup, "same")).toEqual([server.name]);
    const again = await start("redis", "files");
    await eventually(async () =>
      expect(await ask(again.id, ["sh", "-c", "head -c 15 /data/redis/app.sqlite3; stat -c ' %U' /data/redis"])).toBe(
        "SQLite format 3 redis",
      ),
    );
  });

  it("is running again when the place for its backup refuses", async () => {
    const server = await start("redis", "refused");
    const subject = subjectOf("volume", server);
    const order = {
      to: { place: { type: "folder", path: "/dev/null/backups" }, secret: null } as const,
      ...{ folder: "x", recipient: null, onProgress: () => {} },
    };
    await expect(tools.dump(subject, order, never)).rejects.toThrow();
    expect((await scratch.engine.inspectContainer(server.id, never))?.status).toBe("running");
  });
});

describe("a place for backups", () => {
  it("is tried by writing, reading and removing a file", async () => {
    await tools.check(place, never);
    await expect(
      tools.check({ place: { type: "folder", path: "/dev/null/backups" }, secret: null }, never),
    ).rejects.toThrow();
  });
});
