import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainContainer } from "../../server/model/deployment/spec.ts";
import { aService } from "../model/a-deployment.ts";
import { servers } from "./database-image.ts";
import { createDrillScene, type DrillScene } from "./drill-scene.ts";
import { eventually } from "./running-databases.ts";

const suites = [
  { suite: "bookworm", sql: "mariadb", cache: "redis", names: "MariaDB 10.11 and Redis 7" },
  { suite: "sid", sql: "mysql", cache: "valkey", names: "MySQL 9.7 and Valkey 9" },
] as const;

describe.each(suites)("a restore drill of $names", ({ suite, sql, cache }) => {
  let scene: DrillScene;
  beforeAll(async () => {
    const limits = { memoryBytes: 768 * 1024 * 1024, pids: 256, cpus: null };
    scene = await createDrillScene(suite, (image) =>
      ([sql, cache] as const).map((kind) => {
        const { user, command, environment, folder: path } = servers[kind];
        const mounts = [
          { type: "volume", volume: kind, path, readOnly: false },
          { type: "tmpfs", path: "/run/mysqld", sizeBytes: null },
        ] as const;
        return aService({
          ...{ name: kind, kind: "tcp", image, command, environment, limits, pulledAs: `${kind}:1` },
          container: { ...plainContainer, user, mounts },
        });
      }),
    );
    scene.keeper.start();
  });
  afterAll(() => scene?.end());

  it("restores all tables into a server of its own", async () => {
    const ask = (query: string) =>
      scene.ask(sql, [sql, "-u", "root", "-N", "-B", "-e", query], { MYSQL_PWD: "open sesame" });
    await eventually(async () => expect(await ask("show databases like 'shop'")).toBe("shop"));
    await ask("drop database if exists test; create table shop.orders (id int); create table shop.notes (id int)");
    await ask("insert into shop.orders values (1), (2), (3)");
    const backup = await scene.backedUp(sql);
    await ask("delete from shop.orders");
    expect(await scene.drill(sql)).toMatchObject({
      ...{ status: "done", failure: null, facts: { tables: 2, rows: 3, isEstimate: false } },
    });
    expect(await ask("select count(*) from shop.orders")).toBe("0");
    expect(await scene.leftOver()).toEqual([]);
    expect(backup?.files.map(({ name }) => name)).toEqual(["shop.sql.gz"]);
  });

  it("restores all keys into a server of its own", async () => {
    const ask = (...words: string[]) => scene.ask(cache, [`${cache}-cli`, ...words], { REDISCLI_AUTH: "secret" });
    await eventually(async () => expect(await ask("ping")).toBe("PONG"));
    await ask("mset", "a", "1", "b", "2");
    await scene.backedUp(cache);
    await ask("flushall");
    expect(await scene.drill(cache)).toMatchObject({
      ...{ status: "done", failure: null, facts: { tables: null, rows: 2, isEstimate: false } },
    });
    expect(await ask("dbsize")).toBe("0");
    expect(await scene.leftOver()).toEqual([]);
  });
});
