import { afterEach, beforeAll, describe, expect, test } from "vitest";
import type { ServiceApp } from "../support/apps/apps.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import { useBaton } from "../support/baton/harness.ts";
import { processesNaming } from "../support/baton/leftovers.ts";

const cancelLimitMs = 5_000;
const baton = useBaton({ BATON_WATCH: "1s" });
const workshop = useWorkshop();
let shop: ServiceApp;
/** The commit of the shop's live version. */
let live: string;

beforeAll(async () => {
  shop = await workshop.serviceApp("shop");
  live = await shop.release("v1");
  const { code, text } = await shop.repository.push(baton().remote("shop")).done;
  expect(code, text).toBe(0);
});

const push = ({ name, repository }: ServiceApp, refspec = "HEAD", ...options: readonly string[]) =>
  repository.push(baton().remote(name), refspec, ...options);

async function detached(which: ServiceApp): Promise<number> {
  const { code, text } = await push(which, "HEAD", "-o", "detach").done;
  expect(code, text).toBe(0);
  return (await baton().api.newest(which.name)).id;
}

const tip = async (product: string) =>
  (await shop.repository.git("ls-remote", baton().remote(product), "refs/heads/main")).split("\t")[0];

const becomes = (id: number, wanted: string) => baton().api.event(id, "status", ({ status }) => status === wanted);

test("of three pushes in a row the first and the last are deployed, the middle one is superseded", async () => {
  const first = await shop.release("v2", { build: "RUN sleep 3" });
  const pushes = [push(shop)];
  await pushes[0]?.shows(/==> Building web/);
  const middle = await shop.release("v3");
  pushes.push(push(shop));
  await pushes[1]?.shows(/Queued at position 1: waiting for deployment \d+ of this product/);
  const last = await shop.release("v4");
  pushes.push(push(shop));

  const [firstEnd, middleEnd, lastEnd] = await Promise.all(pushes.map(({ done }) => done));
  expect([firstEnd?.code, lastEnd?.code]).toEqual([0, 0]);
  expect(middleEnd?.code).not.toBe(0);
  expect(middleEnd?.text).toMatch(/! \[remote rejected\] HEAD -> main \(superseded by a newer push\)/);

  const [third, second, one] = await baton().api.deployments("shop");
  expect([one, second, third]).toMatchObject([
    { commit: { sha: first }, status: "ready", reason: null },
    { commit: { sha: middle }, status: "stopped", reason: "superseded by a newer push" },
    { commit: { sha: last }, status: "ready", live: true },
  ]);
  expect((await baton().ask("shop")).body).toBe("v4");
  expect(await tip("shop")).toBe(last);
  live = last;
});

test("of two people who push different commits at once, one is refused and learns whose commit is being deployed", async () => {
  const grace = await workshop.clone(baton().remote("shop"), "Grace Hopper");
  await shop.release("v5", { build: "RUN sleep 600" });
  await grace.write({ "idea.txt": "another way" });
  await grace.commit("Try another way");
  const before = await baton().api.deployments("shop");

  const ends = await Promise.all(
    [shop.repository, grace].map((one) => one.push(baton().remote("shop"), "HEAD:main", "-o", "detach").done),
  );
  const { id, commit } = await baton().api.newest("shop");
  const refused = ends.filter(({ code }) => code !== 0);
  expect(refused).toHaveLength(1);
  expect(refused[0]?.text).toContain(
    `(commit ${commit?.sha.slice(0, 8)} by ${commit?.author} is being deployed; pull it first or wait)`,
  );
  expect(await baton().api.deployments("shop")).toHaveLength(before.length + 1);
  expect(await tip("shop")).toBe(live);
  await baton().api.send("POST", `/api/deployments/${id}/cancel`);
  await becomes(id, "stopped");
  await shop.repository.git("reset", "--quiet", "--hard", live);
});

test("the branch moves only when its deployment is ready", async () => {
  const commit = await shop.release("v6");
  const running = push(shop);
  await running.shows(/==> Live after .*; watching it/);
  expect(await tip("shop")).toBe(live);
  expect((await running.done).code).toBe(0);
  expect(await tip("shop")).toBe(commit);
  live = commit;
});

describe("with watch=background", () => {
  const background = ["-o", "watch=background"] as const;

  test("a push ends when the version is live, the branch has moved, and the watch goes on", async () => {
    const commit = await shop.release("v7");
    const { code, text } = await push(shop, "HEAD", ...background).done;
    expect(code, text).toBe(0);
    expect(text).toMatch(/Deployed #\d+ in [\s\S]*watching it in the background/);
    expect(text).not.toContain("==> Ready");
    expect(await tip("shop")).toBe(commit);
    expect(await baton().ask("shop")).toEqual({ status: 200, body: "v7" });
    const { id } = await baton().api.newest("shop");
    await becomes(id, "ready");
    live = commit;
  });

  test("a version that fails in the watch leaves the branch where it is, and the next push mends it", async () => {
    const broken = await shop.release("v8", { behaviour: "crash-when-live" });
    expect((await push(shop, "HEAD", ...background).done).code).toBe(0);
    const { id } = await baton().api.newest("shop");
    await becomes(id, "failed");
    expect(await tip("shop")).toBe(broken);
    await baton().api.settled(id);

    const commit = await shop.release("v9");
    const mended = await push(shop).done;
    expect(mended.code, mended.text).toBe(0);
    expect(mended.text).toContain("The push ends when the watch window is over");
    expect(await tip("shop")).toBe(commit);
    live = commit;
  });

  test("a product can say so for all of its pushes, and a push otherwise", async () => {
    await baton().api.send("PATCH", "/api/products/shop", { watch: "background" });
    live = await shop.release("v10");
    expect((await push(shop).done).text).toContain("watching it in the background");
    live = await shop.release("v11");
    expect((await push(shop, "HEAD", "-o", "watch=wait").done).text).toContain("==> Ready");
    await baton().api.send("PATCH", "/api/products/shop", { watch: "wait" });
  });
});

describe("cancelled", () => {
  let containers: readonly string[];
  let answer: string;

  beforeAll(async () => {
    await baton().api.settled((await baton().api.newest("shop")).id);
    containers = await baton().containersOf("shop");
    answer = (await baton().ask("shop")).body;
  });

  // Ends every deployment, so that a failed test does not block the next ones.
  afterEach(async () => {
    for (const { id, status } of await baton().api.deployments("shop")) {
      if (status === "queued" || status === "building") await cancel(id);
    }
  });

  const cancel = (id: number) => baton().api.send("POST", `/api/deployments/${id}/cancel`);

  async function expectGone(id: number, sinceMs: number): Promise<void> {
    const inDocker = async () => (await baton().inDocker()).filter((one) => one.includes(`d${id}`));
    await expect.poll(inDocker, { timeout: cancelLimitMs }).toEqual([]);
    expect(performance.now() - sinceMs).toBeLessThan(cancelLimitMs);
    expect(await baton().api.deployment(id)).toMatchObject({ status: "stopped", reason: "cancelled", live: false });
    expect(await baton().containersOf("shop")).toEqual(containers);
    expect((await baton().ask("shop")).body).toBe(answer);
    expect(await tip("shop")).toBe(live);
  }

  test("while it builds, a deployment ends within five seconds, with its push and the build's processes", async () => {
    await shop.release("v18", { build: "RUN echo thinking && sleep 61357" });
    const running = push(shop);
    await running.shows(/\| thinking/);
    expect(await processesNaming("sleep 61357")).not.toEqual([]);
    const { id } = await baton().api.newest("shop");
    const sinceMs = performance.now();
    expect((await cancel(id)).status).toBe(202);
    const { code, text } = await running.done;
    expect(code).not.toBe(0);
    expect(text).toMatch(/! \[remote rejected\] HEAD -> main \(cancelled by administrator\)/);
    await becomes(id, "stopped");
    await expectGone(id, sinceMs);
    await expect.poll(() => processesNaming("sleep 61357"), { timeout: cancelLimitMs }).toEqual([]);
  });

  test("from the cut-over on it is too late: 409, and the deployment goes on", async () => {
    const commit = await shop.release("v21");
    const id = await detached(shop);
    await baton().api.event(id, "stage", ({ stage }) => stage === "cut-over");
    const answer = await cancel(id);
    expect(answer).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
    expect((await baton().api.settled(id)).status).toBe("ready");
    expect((await cancel(id)).status).toBe(409);
    expect((await baton().ask("shop")).body).toBe("v21");
    live = commit;
  });
});

test("a push whose client is killed half-way is deployed all the same", async () => {
  const commit = await shop.release("v22", { build: "RUN echo thinking && sleep 2" });
  const running = push(shop);
  await running.shows(/\| thinking/);
  running.kill();
  await running.done;
  const { id, status } = await baton().api.newest("shop");
  expect(status).toBe("building");
  expect((await baton().api.settled(id)).status).toBe("ready");
  expect((await baton().ask("shop")).body).toBe("v22");
  expect(await tip("shop")).toBe(commit);
});

test("a push whose product is deleted while its version is watched ends refused, and says so", async () => {
  const doomed = await workshop.serviceApp("doomed");
  await doomed.release("v1");
  const running = push(doomed);
  await running.shows(/watching it/);
  expect((await baton().api.send("DELETE", "/api/products/doomed")).status).toBe(204);
  const { code, text } = await running.done;
  expect(code).not.toBe(0);
  expect(text).toContain("(the product was deleted during the deployment)");
  expect(text).not.toContain("Deployed #");
});
