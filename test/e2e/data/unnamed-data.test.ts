import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { pushLedger, rowsDatabase, rowsWeb } from "../support/apps/ledger.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import type { RedeployJson } from "../support/baton/api-client.ts";
import { useBaton } from "../support/baton/harness.ts";
import type { Repository } from "../support/git-client.ts";

const baton = useBaton();
const workshop = useWorkshop();
let repository: Repository;

const db = rowsDatabase('["/var/lib/db", "/notes", "/srv/vendor"]');
const compose = (volumes: readonly string[], declared = "") => `
services:
  web: { build: web, ports: ["3000"], depends_on: [db] }
  db: { build: db, expose: ["5432"], volumes: ${JSON.stringify(volumes)} }
${declared}`;
const unnamed = ["/notes", "/srv/vendor"];

const rows = async () => (await baton().ask("ledger", "/")).body;

const push = (files: Readonly<Record<string, string>>) => pushLedger(baton, repository, files);

async function redeployProduct(): Promise<void> {
  const { id } = await baton().api.installation("ledger");
  const path = `/api/environments/1/product-deployments/${id}/redeploy`;
  const { body } = await baton().api.send<{ success: boolean }>("POST", path, { sessionId: randomUUID() });
  expect(body.success, JSON.stringify(body)).toBe(true);
}

beforeAll(async () => {
  repository = await workshop.appOf({
    "db/Dockerfile": 'FROM baton/node:22\nCOPY . /db\nVOLUME /var/lib/db\nVOLUME /tmp\nCMD ["node", "/db/db.js"]\n',
    "web/Dockerfile": 'FROM baton/node:22\nCOPY . /web\nCMD ["node", "/web/web.js"]\n',
    "web/web.js": rowsWeb,
  });
  const text = await push({ "db/db.js": db, "compose.yaml": compose(unnamed) });
  expect(text).toContain("db keeps its data in /var/lib/db (VOLUME in its image)");
  expect(text).toContain("db keeps its data in /notes (a volume without a name)");
  expect(text).not.toContain("/tmp");
});

test("data in volumes that nobody named survives pushes, a product redeploy and a rollback", async () => {
  await baton().ask("ledger", "/add");
  const first = await baton().api.newest("ledger");
  expect(await push({ "web/web.js": `${rowsWeb}// again` })).toContain("db is unchanged and keeps running");
  expect(await rows()).toBe("1 1 1");

  expect(await push({ "db/db.js": `${db}// again` })).toContain("db cannot run twice");
  // Data that comes with the image starts over in each container.
  expect(await rows()).toBe("1 1 0");

  await redeployProduct();
  expect(await rows()).toBe("1 1 0");

  const { body } = await baton().api.send<RedeployJson>("POST", `/api/deployments/${first.id}/redeploy`);
  expect(await baton().api.settled(body.id)).toMatchObject({ status: "ready", live: true });
  expect(await rows()).toBe("1 1 0");
});

test("data that lies in the running container's own volume is carried over into one that is named now", async () => {
  await push({ "db/db.js": `${db}// before` });
  const [kept = 0] = (await rows()).split(" ").map(Number);
  await baton().ask("ledger", "/add");
  const all = `${kept + 1} ${kept + 1} 1`;
  expect(await rows()).toBe(all);
  const named = ["notes:/notes", "vendor:/srv/vendor"];
  const text = await push({ "compose.yaml": compose(named, "volumes: { notes: {}, vendor: {} }") });
  expect(text).toContain("its data moves to a persistent volume");
  expect(await rows()).toBe(all);
  expect(await push({ "db/db.js": `${db}// after` })).not.toContain("Copying");
  expect(await rows()).toBe(all);
});
