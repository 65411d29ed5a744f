import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import type { RedeployJson } from "./api-client.ts";
import type { Repository } from "./git-client.ts";
import { useBaton } from "./harness.ts";
import { useWorkshop } from "./workshop.ts";

const baton = useBaton();
const workshop = useWorkshop();
let repository: Repository;

/** Keeps a row for each line `add`, in each of its folders; answers with how many there are. */
const db = `
const fs = require("node:fs");
const folders = ["/var/lib/db", "/notes", "/srv/vendor"];
const rows = (folder) => fs.existsSync(folder + "/rows") ? fs.readFileSync(folder + "/rows", "utf8").length : 0;
require("node:net").createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", (data) => {
    if (String(data) === "add") for (const folder of folders) { fs.mkdirSync(folder, { recursive: true }); fs.appendFileSync(folder + "/rows", "."); }
    socket.end(folders.map(rows).join(" "));
  });
}).listen(5432);
`;
const web = `
require("node:http").createServer((request, answer) => {
  const socket = require("node:net").connect(5432, "db", () => socket.write(request.url === "/add" ? "add" : "rows"));
  socket.on("error", (error) => { answer.statusCode = 500; answer.end(String(error)); });
  socket.pipe(answer);
}).listen(process.env.PORT);
`;
const compose = (volumes: readonly string[], declared = "") => `
services:
  web: { build: web, ports: ["3000"], depends_on: [db] }
  db: { build: db, expose: ["5432"], volumes: ${JSON.stringify(volumes)} }
${declared}`;
const unnamed = ["/notes", "/srv/vendor"];

const rows = async () => (await baton().ask("ledger", "/")).body;

async function push(files: Readonly<Record<string, string>>): Promise<string> {
  await repository.write(files);
  await repository.commit("Change");
  const { code, text } = await repository.push(baton().remote("ledger")).done;
  expect(code, text).toBe(0);
  await baton().api.settled((await baton().api.newest("ledger")).id);
  return text;
}

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
    "web/web.js": web,
  });
  const text = await push({ "db/db.js": db, "compose.yaml": compose(unnamed) });
  expect(text).toContain("db keeps its data in /var/lib/db (VOLUME in its image)");
  expect(text).toContain("db keeps its data in /notes (a volume without a name)");
  expect(text).not.toContain("/tmp");
});

test("data in volumes that nobody named survives pushes, a product redeploy and a rollback", async () => {
  await baton().ask("ledger", "/add");
  const first = await baton().api.newest("ledger");
  expect(await push({ "web/web.js": `${web}// again` })).toContain("db is unchanged and keeps running");
  expect(await rows()).toBe("1 1 1");

  expect(await push({ "db/db.js": `${db}// again` })).toContain("db cannot run twice");
  // What comes with the image begins anew with each container.
  expect(await rows()).toBe("1 1 0");

  await redeployProduct();
  expect(await rows()).toBe("1 1 0");

  const { body } = await baton().api.send<RedeployJson>("POST", `/api/deployments/${first.id}/redeploy`);
  expect(await baton().api.settled(body.id)).toMatchObject({ status: "ready", live: true });
  expect(await rows()).toBe("1 1 0");
});

test("data that lies in the running container's own volume is carried over into one that is named now", async () => {
  await push({ "db/db.js": `${db}// before` });
  await baton().ask("ledger", "/add");
  expect(await rows()).toBe("2 2 1");
  const named = ["notes:/notes", "vendor:/srv/vendor"];
  const text = await push({ "compose.yaml": compose(named, "volumes: { notes: {}, vendor: {} }") });
  expect(text).toContain("its data moves to a persistent volume");
  expect(await rows()).toBe("2 2 1");
  expect(await push({ "db/db.js": `${db}// after` })).not.toContain("Copying");
  expect(await rows()).toBe("2 2 1");
});
