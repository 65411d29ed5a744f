import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { ServiceApp } from "../support/apps/apps.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";
import { startTraffic, type TrafficReport } from "../support/traffic.ts";

const baton = useBaton({ BATON_DRAIN_TIMEOUT: "6s" });
const workshop = useWorkshop();
const manifest = "stacks: { web: { replicas: 3 } }";
let shop: ServiceApp;
let released = 0;

async function push(): Promise<number> {
  released += 1;
  await shop.release(`v${released}`, { manifest });
  const { code, text } = await (await shop.repository.push(baton().remote("shop"))).done;
  expect(code, text).toBe(0);
  return (await baton().api.newest("shop")).id;
}

const web = async () => {
  const { stacks } = await baton().api.installation("shop");
  const service = stacks[0]?.services[0];
  if (!service) throw new Error("nothing runs");
  return service;
};
const running = async () => (await web()).instances.filter(({ status }) => status === "running").length;

async function scale(replicas: number) {
  const { id } = await baton().api.installation("shop");
  return baton().api.send("PUT", `/api/product-deployments/${id}/scale`, { service: "web", replicas });
}

/** As many containers, and each of them gets requests. */
async function untilSpread(count: number): Promise<void> {
  await expect.poll(async () => (await baton().containersOf("shop")).length, { timeout: 60_000 }).toBe(count);
  await expect.poll(served, { timeout: 60_000 }).toBe(count);
}

/** The number of addresses that Caddy spreads requests over. The log may lack a note that a crash has cut off. */
async function served(): Promise<number> {
  const { id } = await baton().api.installation("shop");
  const file = join(baton().environment.BATON_DATA ?? "", "routes", String(id), "live/@web");
  const words = (await readFile(file, "utf8")).trim().split(" ");
  return new Set(words.filter((word) => /:\d+$/.test(word))).size;
}

function load() {
  const place = { httpPort: baton().httpPort, product: "shop", workers: 2, pauseMs: 10 } as const;
  const all = [startTraffic({ ...place, connections: "new" }), startTraffic({ ...place, connections: "kept" })];
  return {
    sees: (version: number) => Promise.all(all.map((one) => one.sees(version))),
    stop: () => Promise.all(all.map((one) => one.stop())),
  };
}

const failuresIn = (reports: readonly TrafficReport[]) => reports.flatMap(({ failures }) => failures);
const requestsIn = (reports: readonly TrafficReport[]) => reports.reduce((sum, { samples }) => sum + samples.length, 0);

/** Says in the output of the run what was measured. */
function tell(what: string, reports: readonly TrafficReport[]): void {
  process.stderr.write(`${what}: ${failuresIn(reports).length} of ${requestsIn(reports)} requests lost\n`);
}

beforeAll(async () => {
  shop = await workshop.serviceApp("shop");
  await push();
});

test("three replicas run, each with its number, and the API tells of each", async () => {
  expect(await web()).toMatchObject({ replicas: 3, status: "running" });
  expect((await web()).instances.map(({ replica, status, machine }) => ({ replica, status, machine }))).toEqual(
    [1, 2, 3].map((replica) => ({ replica, status: "running", machine: null })),
  );
  const numbers = await Promise.all(
    (await web()).instances.map(async ({ id }) => {
      const { Config } = await baton()
        .docker.getContainer(id ?? "")
        .inspect();
      return Config.Env.find((one) => one.startsWith("BATON_REPLICA="));
    }),
  );
  expect(numbers).toEqual(["BATON_REPLICA=1", "BATON_REPLICA=2", "BATON_REPLICA=3"]);
});

test("ten pushes in a row under load lose no request", async () => {
  const traffic = load();
  let last = 0;
  for (let count = 0; count < 10; count++) {
    last = await push();
    await traffic.sees(released);
  }
  const reports = await traffic.stop();
  tell("ten pushes of three replicas", reports);
  expect(failuresIn(reports)).toEqual([]);
  expect(reports.flatMap(({ wentBack }) => wentBack)).toEqual([]);
  await baton().api.settled(last);
  expect(await baton().containersOf("shop")).toHaveLength(3);
});

test("scaling up and down under load loses no request, and makes no new version", async () => {
  const before = await baton().api.newest("shop");
  const traffic = load();
  for (const count of [5, 1, 4, 2, 3]) {
    expect((await scale(count)).status).toBe(200);
    await untilSpread(count);
  }
  const reports = await traffic.stop();
  tell("scaling to 5, 1, 4, 2 and 3 replicas", reports);
  expect(failuresIn(reports)).toEqual([]);
  expect((await baton().api.newest("shop")).id).toBe(before.id);
});

test("killing a replica's process loses no GET, and it comes back", async () => {
  const traffic = load();
  for (let times = 0; times < 3; times++) {
    const [, second] = (await web()).instances;
    await baton()
      .docker.getContainer(second?.id ?? "")
      .kill({ signal: "SIGKILL" });
    await expect.poll(running, { timeout: 60_000 }).toBe(3);
  }
  await untilSpread(3);
  const reports = await traffic.stop();
  tell("three kills of a replica", reports);
  expect(failuresIn(reports)).toEqual([]);
}, 180_000);

test("a replica that is killed while Baton is down is passed over", async () => {
  const [, second] = (await web()).instances;
  await baton().kill();
  const traffic = load();
  await baton()
    .docker.getContainer(second?.id ?? "")
    .kill({ signal: "SIGKILL" });
  // Long enough for Docker to start it again, and for the app to listen.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const reports = await traffic.stop();
  tell("a kill of a replica without Baton", reports);
  await baton().restart();
  expect(failuresIn(reports)).toEqual([]);
  await untilSpread(3);
});

test("a Baton that is killed while it scales goes on with it after its start", async () => {
  for (const count of [5, 2]) {
    const traffic = load();
    await scale(count);
    await baton().kill();
    await baton().restart();
    await untilSpread(count);
    const reports = await traffic.stop();
    tell(`kill -9 of Baton while it scales to ${count}`, reports);
    expect(failuresIn(reports)).toEqual([]);
  }
});

test("what cannot run more than once says why", async () => {
  expect(await scale(33)).toMatchObject({ status: 400 });
  const wiki = await workshop.serviceApp("wiki");
  await wiki.release("v1", { manifest: "stacks: { wiki: { volumes: { pages: /pages } } }" });
  await (await wiki.repository.push(baton().remote("wiki"))).done;
  const { id } = await baton().api.installation("wiki");
  const answer = await baton().api.send("PUT", `/api/product-deployments/${id}/scale`, {
    service: "wiki",
    replicas: 2,
  });
  expect(answer).toMatchObject({
    status: 409,
    body: { error: { message: "wiki cannot run more than once: it keeps its data in the volume pages" } },
  });
});
