import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pushLedger, rowsDatabase, rowsWeb } from "../support/apps/ledger.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";
import type { Repository } from "../support/git-client.ts";

const baton = useBaton();
const workshop = useWorkshop();
/** The image exists locally, so no registry is contacted. */
const owner = `e2e-${randomBytes(4).toString("hex")}`;
const image = `${owner}/postgres:16`;
let repository: Repository;

/** The image has a database's name, but no VOLUME. */
const db = rowsDatabase('["/var/lib/postgresql/data"]');
const compose = (ofDb = "", declared = "") => `
services:
  web: { build: web, ports: ["3000"], depends_on: [db] }
  db: { build: db, expose: ["5432"]${ofDb} }
${declared}`;

const rows = async (path = "/") => (await baton().ask("ledger", path)).body;
const advice = 'volumes: ["db-data:/var/lib/postgresql/data"]';

const push = (files: Readonly<Record<string, string>>) => pushLedger(baton, repository, files);

beforeAll(async () => {
  await baton()
    .docker.getImage("baton/node:22")
    .tag({ repo: `${owner}/postgres`, tag: "16" });
  repository = await workshop.appOf({
    "db/Dockerfile": `FROM ${image}\nCOPY . /db\nCMD ["node", "/db/db.js"]\n`,
    "db/db.js": db,
    "web/Dockerfile": 'FROM baton/node:22\nCOPY . /web\nCMD ["node", "/web/web.js"]\n',
    "web/web.js": rowsWeb,
  });
  const text = await push({ "compose.yaml": compose() });
  expect(text).toContain("db is a PostgreSQL database without a volume");
  expect(text).toContain(advice);
});
afterAll(async () => {
  await baton().docker.getImage(image).remove();
});

test("a database without a volume is kept over pushes that leave it as it is, also when one of them fails", async () => {
  await rows("/add");
  const text = await push({ "web/web.js": `${rowsWeb}// again` });
  expect(text).toContain("db is unchanged and keeps running");
  expect(text).not.toContain("The data of db");
  expect(await rows()).toBe("1");

  await repository.write({ "web/web.js": "process.exit(1);" });
  await repository.commit("Break");
  expect((await repository.push(baton().remote("ledger")).done).code).not.toBe(0);
  expect(await rows()).toBe("1");
  await push({ "web/web.js": rowsWeb });
  expect(await rows()).toBe("1");
});

test("what would lose its data names it beforehand", async () => {
  const { id } = await baton().api.installation("ledger");
  const ask = async (path: string) => {
    const headers = { Authorization: `Bearer ${baton().token}` };
    return (await fetch(`${baton().url}${path}`, { headers })).text();
  };
  expect(await ask("/products/ledger/redeploy")).toContain("loses all its data");
  expect(await ask("/products/ledger/stop")).toContain("/var/lib/postgresql/data");
  expect(await ask("/products/ledger/delete")).toContain("/var/lib/postgresql/data");
  expect(await ask("/products/ledger")).toContain("without a volume");

  const text = await push({ "db/db.js": `${db}// again` });
  expect(text).toContain("The data of db (a PostgreSQL database) is lost with its container");
  expect(await rows()).toBe("0");

  await rows("/add");
  const path = `/api/environments/1/product-deployments/${id}/redeploy`;
  await baton().api.send("POST", path, { sessionId: randomUUID() });
  const newest = await baton().api.newest("ledger");
  expect(await baton().api.log(newest.id)).toContain("because no volume holds /var/lib/postgresql/data");
  expect(await rows()).toBe("0");
});

test("its data is copied into a volume as soon as one is named, and is lasting from then on", async () => {
  await rows("/add");
  const text = await push({
    "compose.yaml": compose(', volumes: ["db-data:/var/lib/postgresql/data"]', "volumes: { db-data: {} }"),
  });
  expect(text).toContain("Copying what db has in /var/lib/postgresql/data into the volume db-data");
  expect(text).not.toContain("The data of db");
  expect(text).not.toContain("without a volume");
  expect(await rows()).toBe("1");
  await push({ "db/db.js": `${db}// once more` });
  expect(await rows()).toBe("1");
});
