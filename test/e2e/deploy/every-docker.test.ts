import { randomUUID } from "node:crypto";
import { finished } from "node:stream/promises";
import Docker from "dockerode";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tinyRoot } from "../../docker/tiny-image.ts";
import type { Release, ServiceApp } from "../support/apps/apps.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";
import { processesNaming } from "../support/baton/leftovers.ts";

// A walk through everything that Baton asks of Docker, short enough to run on each supported Docker. Its apps are built on
// an image with little more than Node.js, which needs no network.

const docker = new Docker();
const [repository, tag] = [`somebody-${randomUUID().slice(0, 8)}/node`, "1"];
const base = `${repository}:${tag}`;
beforeAll(async () => {
  const root = await tinyRoot([process.execPath, "/bin/sleep"]);
  const imported = await docker.importImage(root, { repo: repository, tag });
  await finished(imported.resume());
});
afterAll(() => docker.getImage(base).remove());

const baton = useBaton({}, []);
const workshop = useWorkshop();
let shop: ServiceApp;

beforeAll(async () => {
  shop = await workshop.serviceApp("shop");
});

const push = () => shop.repository.push(baton().remote("shop")).done;
const answer = async () => (await baton().ask("shop")).body;

const release = (name: string, change: Release = {}) => shop.release(name, { from: base, ...change });

async function printed(product: string): Promise<string> {
  const { id } = await baton().api.installation(product);
  return baton().api.text(`/api/product-deployments/${id}/logs`);
}

test("a push is live, and its build and what its container prints can be read", async () => {
  await release("v1", { build: "RUN echo compiling" });
  const { code, text } = await push();
  expect(code, text).toBe(0);
  expect(text).toMatch(/remote: {5}\| compiling/);
  expect(await answer()).toBe("v1");
  const { id } = await baton().api.newest("shop");
  expect(await baton().api.log(id)).toContain("compiling");
  expect(await printed("shop")).toContain("version v1 begins to serve");
});

test("a version that crashes is taken back, with its exit code and its output; the one before serves on", async () => {
  await release("v2", { behaviour: "exit-3" });
  const { code, text } = await push();
  expect(code).not.toBe(0);
  expect(text).toContain("there is no way to go on");
  const { failure } = await baton().api.newest("shop");
  expect(failure).toMatchObject({ stage: "health", exitCode: 3 });
  expect(await answer()).toBe("v1");
});

test("a Dockerfile with a mistake fails the build, and names the line", async () => {
  await release("v3", { build: "RUM echo compiling" });
  const { code, text } = await push();
  expect(code).not.toBe(0);
  expect(text).toMatch(/line 6.*unknown instruction: RUM/);
  expect((await baton().api.newest("shop")).failure).toMatchObject({ stage: "build" });
});

test("here-documents and linked copies are built, or refused with the line by a Docker that is too old", async () => {
  const build = 'COPY --link release.json /copy.json\nRUN <<EOF\necho "from a $(echo here)-document"\nEOF';
  await release("v4", { build });
  const { code, text } = await push();
  const { Version: version } = await docker.version();
  if (Number.parseInt(version, 10) >= 23) {
    expect(code, text).toBe(0);
    expect(text).toContain("from a here-document");
    expect(await answer()).toBe("v4");
  } else {
    expect(code).not.toBe(0);
    expect(text).toMatch(/does not understand line 6 of Dockerfile: it has --link/);
    expect(await answer()).toBe("v1");
  }
});

test("an earlier version is made live again without a build", async () => {
  await release("v5");
  expect((await push()).code).toBe(0);
  const deployments = await baton().api.deployments("shop");
  const first = deployments.at(-1);
  const redeploy = await baton().api.send<{ id: number; rebuild: boolean }>(
    "POST",
    `/api/deployments/${first?.id}/redeploy`,
  );
  expect(redeploy).toMatchObject({ status: 202, body: { rebuild: false } });
  expect(await baton().api.settled(redeploy.body.id)).toMatchObject({ status: "ready", live: true });
  expect(await answer()).toBe("v1");
});

test("a build that is cancelled ends at once, and nothing of it runs on", async () => {
  await release("v6", { build: "RUN echo begun && sleep 61358" });
  const running = shop.repository.push(baton().remote("shop"));
  await running.shows(/\| begun/);
  const { id } = await baton().api.newest("shop");
  expect((await baton().api.send("POST", `/api/deployments/${id}/cancel`)).status).toBe(202);
  expect((await running.done).text).toMatch(/! \[remote rejected\] HEAD -> main \(cancelled by administrator\)/);
  await expect.poll(() => processesNaming("sleep 61358"), { timeout: 5_000 }).toEqual([]);
  expect(await baton().api.settled(id)).toMatchObject({ status: "stopped" });
  expect(await answer()).toBe("v1");
});

const server = `
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
const rows = () => readFileSync("/data/rows", "utf8");
const worker = () => fetch("http://worker:4000/").then((answer) => answer.text());
createServer(async (_, answer) => answer.end(rows() + await worker())).listen(3000);
`;
const worker = `
import { createServer } from "node:http";
createServer((_, answer) => answer.end("worker 1")).listen(4000, () => console.log("worker is up"));
`;
const compose = `
services:
  migrate:
    build: .
    command: ["sh", "-c", "echo row >> /data/rows"]
    volumes: [data:/data]
    x-baton: { kind: init }
  web:
    build: .
    command: ["node", "/app/server.mjs"]
    ports: ["3000"]
    volumes: [data:/data:ro]
    user: "1000"
    read_only: true
  worker:
    build: .
    command: ["node", "/app/worker.mjs"]
    x-baton: { kind: worker }
volumes: { data: {} }
`;

test("a compose product with a migration, a volume and services that know each other is live, and keeps its data", async () => {
  const books = await workshop.appOf({
    "compose.yaml": compose,
    Dockerfile: `FROM ${base}\nWORKDIR /app\nCOPY *.mjs .\n`,
    "server.mjs": server,
    "worker.mjs": worker,
  });
  const first = await books.push(baton().remote("books")).done;
  expect(first.code, first.text).toBe(0);
  expect((await baton().ask("books", "/")).body).toBe("row\nworker 1");
  expect(await printed("books")).toContain("worker is up");

  await books.write({ "worker.mjs": worker.replace("worker 1", "worker 2") });
  await books.commit("Another worker");
  const second = await books.push(baton().remote("books")).done;
  expect(second.code, second.text).toBe(0);
  expect((await baton().ask("books", "/")).body).toBe("row\nrow\nworker 2");
});

test("taking it down leaves nothing in Docker, in the packet filter or on the disk", async () => {
  expect((await baton().inDocker()).map((one) => one.split(" ")[0])).toEqual(
    expect.arrayContaining(["container", "image", "network", "volume"]),
  );
  // `down` rejects when anything is left.
  await baton().down();
});
