import { beforeAll, expect, test } from "vitest";
import { pushLedger, rowsDatabase } from "../support/apps/ledger.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";
import type { Repository } from "../support/git-client.ts";

const baton = useBaton();
const workshop = useWorkshop();
let repository: Repository;

const db = rowsDatabase('process.env.FOLDERS.split(" ")');
/** Asks the service that the path names, as in /two/add. */
const web = `
require("node:http").createServer((request, answer) => {
  const [, service, what] = request.url.split("/");
  if (!service) return answer.end("ok");
  const socket = require("node:net").connect(5432, service, () => socket.write(what ?? "rows"));
  socket.on("error", (error) => { answer.statusCode = 500; answer.end(String(error)); });
  socket.pipe(answer);
}).listen(process.env.PORT);
`;
const dockerfile = (...lines: readonly string[]) =>
  ["FROM baton/node:22", "COPY . /app", ...lines, 'CMD ["node", "/app/app.js"]', ""].join("\n");
const compose = (two: string, declared = "") => `
services:
  web: { build: web, ports: ["3000"] }
  ${two}
  below: { build: below, expose: ["5432"], volumes: ["above:/var/lib/db"], environment: { FOLDERS: /var/lib/db /var/lib/db/data } }
  memory: { build: plain, expose: ["5432"], tmpfs: [/scratch], environment: { FOLDERS: /scratch } }
volumes: { above: {}${declared} }
`;
const rows = async (service: string, what = "rows") => (await baton().ask("ledger", `/${service}/${what}`)).body;

const push = (files: Readonly<Record<string, string>>) => pushLedger(baton, repository, files);

beforeAll(async () => {
  repository = await workshop.appOf({
    "web/Dockerfile": dockerfile("VOLUME /var/cache/web", "VOLUME /web/logs"),
    "web/app.js": web,
    "plain/Dockerfile": dockerfile(),
    "plain/app.js": db,
    "below/Dockerfile": dockerfile("VOLUME /var/lib/db/data"),
    "below/app.js": db,
  });
  const two =
    'two: { build: plain, expose: ["5432"], volumes: [/data, /notes], environment: { FOLDERS: /data /notes } }';
  const text = await push({ "compose.yaml": compose(two) });
  expect(text).not.toContain("web keeps its data");
  expect(text).toContain("below keeps its data in /var/lib/db/data (VOLUME in its image)");
  for (const service of ["two", "below", "memory"]) await rows(service, "add");
});

test("a web service runs beside its successor where its image has a VOLUME for caches and logs alone", async () => {
  const text = await push({ "web/app.js": `${web}// again` });
  expect(text).not.toContain("cannot run twice");
  expect(await rows("two")).toBe("1 1");
});

test("two volumes of a service, and one of an image below a named one, last over a new image; memory does not", async () => {
  await push({ "plain/app.js": `${db}// again`, "below/app.js": `${db}// again` });
  expect(await rows("two")).toBe("1 1");
  expect(await rows("below")).toBe("1 1");
  expect(await rows("memory")).toBe("0");
});

test("data that a renamed service or a changed path leaves behind is reported, and comes back under its volume's name", async () => {
  const renamed = (mounts: string) =>
    `zwei: { build: plain, expose: ["5432"], volumes: [${mounts}], environment: { FOLDERS: /data2 /notes } }`;
  const text = await push({ "compose.yaml": compose(renamed("/data2, /notes")) });
  expect(text).toContain("two will be stopped: it is not part of this version");
  expect(await rows("zwei")).toBe("0 0");
  const [, data = ""] = /what two had in \/data\. It stays in the volume ([\w-]+);/.exec(text) ?? [];
  const [, notes = ""] = /what two had in \/notes\. It stays in the volume ([\w-]+);/.exec(text) ?? [];

  await push({
    "compose.yaml": compose(renamed(`"${data}:/data2", "${notes}:/notes"`), `, ${data}: {}, ${notes}: {}`),
  });
  expect(await rows("zwei")).toBe("1 1");
  expect(await rows("below")).toBe("1 1");
});
