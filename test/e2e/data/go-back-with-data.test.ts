import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { databaseFileSystem, imagePath, servers } from "../../backup/database-image.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import type { RedeployJson } from "../support/baton/api-client.ts";
import { useBaton } from "../support/baton/harness.ts";
import type { Repository } from "../support/git-client.ts";
import { startTraffic } from "../support/traffic.ts";

const baton = useBaton();
const workshop = useWorkshop();
const owner = `e2e-${randomBytes(4).toString("hex")}`;
/** One image, under a name for each of its servers: by the name it is known what a service keeps. */
const images = { postgres: `${owner}/postgres:15`, mariadb: `${owner}/mariadb:10.11`, redis: `${owner}/redis:7` };
let repository: Repository;

const service = (kind: keyof typeof images, port: number) => `
    image: ${images[kind]}
    user: ${servers[kind].user}
    command: ${JSON.stringify(servers[kind].command).replaceAll("$", "$$$$")}
    environment: ${JSON.stringify(servers[kind].environment)}
    expose: ["${port}"]
    volumes: ["${kind}:${servers[kind].folder}"]`;
const compose = `
services:
  web: { build: web, ports: ["3000"], depends_on: [db] }
  db:${service("postgres", 5432)}
    healthcheck: { test: ["CMD", "pg_isready", "-h", "127.0.0.1", "-U", "app", "-d", "shop"], interval: 1s }
  books:${service("mariadb", 3306)}
    tmpfs: ["/run/mysqld"]
  cart:${service("redis", 6379)}
  migrate: { build: migrate, depends_on: { db: { condition: service_healthy } }, x-baton: { kind: init } }
volumes: { postgres: {}, mariadb: {}, redis: {} }
`;
const web = (version: number) =>
  `require("node:http").createServer((_, answer) => answer.end("v${version}")).listen(process.env.PORT);`;
/** The second one cannot be undone by the first one's code. */
const migrations = [
  "create table if not exists orders (id serial primary key, item text not null);",
  "do $$ begin if exists (select from information_schema.columns where column_name = 'item') then alter table orders rename column item to article; delete from orders where id % 2 = 0; end if; end $$;",
];

async function push(version: 1 | 2): Promise<number> {
  await repository.write({ "web/web.js": web(version), "migrate/migrate.sql": migrations[version - 1] ?? null });
  await repository.commit(`Release v${version}`);
  const { code, text } = await repository.push(baton().remote("shop")).done;
  expect(code, text).toBe(0);
  return (await baton().api.newest("shop")).id;
}

/** Runs a program in the container of a service. */
async function inside(service: string, Cmd: string[], Env: string[] = []): Promise<string> {
  const name = (await baton().containersOf("shop")).find((one) => one.endsWith(`-${service}`));
  const exec = await baton()
    .docker.getContainer(name ?? "")
    .exec({ Cmd, Env, AttachStdout: true, Tty: true });
  const output = await exec.start({ Tty: true });
  let text = "";
  output.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
  });
  // The daemon leaves the connection open.
  while ((await exec.inspect()).Running) await delay(50);
  output.destroy();
  return text.trim();
}

const sql = (query: string) => inside("db", ["psql", "-U", "app", "-d", "shop", "-P", "pager=off", "-Atqc", query]);
const books = (query: string) =>
  inside("books", ["mariadb", "-u", "root", "-N", "-B", "shop", "-e", query], ["MYSQL_PWD=open sesame"]);
const cart = (...words: string[]) => inside("cart", ["redis-cli", "--raw", ...words], ["REDISCLI_AUTH=secret"]);

const goBack = (id: number) => baton().api.send<RedeployJson>("POST", `/api/deployments/${id}/go-back`, {});

beforeAll(async () => {
  const [repo = "", tag = ""] = images.postgres.split(":");
  const imported = await baton().docker.importImage(createReadStream(await databaseFileSystem()), {
    ...{ repo, tag },
    changes: [imagePath("bookworm")],
  } as never);
  await buffer(imported as never);
  for (const other of [images.mariadb, images.redis]) {
    const [repo = "", tag = ""] = other.split(":");
    await baton().docker.getImage(images.postgres).tag({ repo, tag });
  }
  repository = await workshop.appOf({
    "compose.yaml": compose,
    "web/Dockerfile": 'FROM baton/node:22\nCOPY . /web\nCMD ["node", "/web/web.js"]\n',
    "migrate/Dockerfile": `FROM ${images.postgres}\nCOPY migrate.sql /\nCMD ["psql", "-v", "ON_ERROR_STOP=1", "-h", "db", "-U", "app", "-d", "shop", "-f", "/migrate.sql"]\n`,
  });
}, 300_000);
afterAll(async () => {
  await baton().down();
  for (const image of Object.values(images)) await baton().docker.getImage(image).remove({ force: true });
});

let first = 0;
let second = 0;

test("databases are backed up before the second version's migration", async () => {
  first = await push(1);
  expect(await baton().api.log(first)).not.toContain("before the migration");
  await sql("insert into orders (item) select 'apple ' || n from generate_series(1, 1000) n");
  await expect.poll(() => cart("set", "a", "before"), { timeout: 60_000 }).toBe("OK");
  await expect.poll(() => books("select 1"), { timeout: 60_000 }).toBe("1");
  await books("create table titles (name text); insert into titles values ('Emma'), ('Persuasion')");
  second = await push(2);
  expect(await baton().api.log(second)).toMatch(/Data was backed up before the migration: [\d.]+ \w+ in /);
  await sql("insert into orders (article) select 'pear ' || n from generate_series(1, 10) n");
  expect(await sql("select count(*), count(article) from orders")).toBe("510|510");
  await books("delete from titles where name = 'Emma'; create table later (id int)");
  await cart("set", "a", "after");
});

test("the first version goes live with its data: what would be lost was said, and requests wait", async () => {
  const said = await baton().api.send("GET", `/api/deployments/${first}/data`);
  expect(said.body).toMatchObject({
    ...{ possible: true, before: second, left: [] },
    services: [
      { service: "db", inBackup: { tables: 1, rows: 1000 }, now: { tables: 1, rows: 510 } },
      { service: "books", inBackup: { tables: 1, rows: 2 }, now: { tables: 2, rows: 1 } },
      { service: "cart", inBackup: { tables: null, rows: 1 }, now: { tables: null, rows: 1 } },
    ],
  });
  const traffic = startTraffic({
    ...{ httpPort: baton().httpPort, product: "shop", connections: "new", workers: 2, pauseMs: 5, path: "/" },
  });
  await traffic.sees(2);
  const { status, body } = await goBack(first);
  expect(status).toBe(202);
  await traffic.sees(1);
  expect(await baton().api.settled(body.id)).toMatchObject({ status: "ready", dataBefore: second });
  const { failures } = await traffic.stop();
  // To let requests wait, Caddy gets another configuration, and afterwards the first one again. Each load may reset one
  // connection that is just being opened.
  expect(failures.filter(({ failure }) => failure !== "ECONNRESET")).toEqual([]);
  expect(failures.length).toBeLessThanOrEqual(2);
  expect(await sql("select count(*), count(item) from orders")).toBe("1000|1000");
  expect(await books("show tables; select count(*) from titles")).toMatch(/^titles\s+2$/);
  expect(await cart("get", "a")).toBe("before");
});

test("a server that is killed right after the restore goes on: the second version is back with its data", async () => {
  await baton().restart({ BATON_TEST_FAILPOINTS: "data-restored=kill" });
  const { status, body } = await goBack(second);
  expect(status).toBe(202);
  await baton().process().exited;
  await baton().restart({ BATON_TEST_FAILPOINTS: "" });
  expect(await baton().api.settled(body.id)).toMatchObject({ status: "ready" });
  expect(await sql("select count(*), count(article) from orders")).toBe("510|510");
  expect(await books("select name from titles; select count(*) from later")).toMatch(/^Persuasion\s+0$/);
  expect(await cart("get", "a")).toBe("after");
  expect((await baton().ask("shop", "/")).body).toBe("v2");
});
