import { expect, test } from "vitest";
import { createWorld } from "../fakes/fake-world.ts";

test("a delivery that comes many times makes one deployment, and the forge hears how it went", async () => {
  const world = createWorld();
  await world.connect("shop");
  const commit = world.release("shop", { listensAfterMs: 1_000 });
  const received = [];
  for (let times = 0; times < 20; times++) received.push(await world.deliver("shop", commit, { id: "one" }));
  await world.atRest();
  const made = new Set(received.flatMap((one) => (one.type === "judged" ? one.deployments : [])));
  const [id] = made;
  expect(made.size).toBe(1);
  expect(id !== undefined && (await world.status(id))).toBe("ready");
  expect(await world.request("shop.localhost")).toMatchObject({ status: 200, deployment: id });
  await world.pass(60_000);
  expect(world.forge.shown().statuses.at(-1)).toBe("success");
  expect(world.forge.shown().deployments).toHaveLength(1);
});

test("a report that the forge refuses is made again when it is back, with the server killed in between", async () => {
  const world = createWorld();
  await world.connect("shop");
  world.forge.trouble = { retryAfterMs: 90_000 };
  await world.deliver("shop", world.release("shop"));
  await world.atRest();
  world.crash();
  await world.pass(60_000);
  expect(world.forge.reports).toEqual([]);
  world.forge.trouble = null;
  await world.pass(120_000);
  expect(world.forge.shown().statuses).toEqual(["success"]);
});

test("deliveries that come in the wrong order end with the tip of the branch", async () => {
  const world = createWorld();
  await world.connect("shop");
  const [first, second] = [world.release("shop"), world.release("shop", { answers: [201] })];
  await world.deliver("shop", second);
  await world.deliver("shop", first);
  await world.atRest();
  expect(await world.request("shop.localhost")).toMatchObject({ status: 201 });
});

test("what was pushed while the server was down is found by checking the repository", async () => {
  const world = createWorld();
  await world.connect("shop");
  await world.deliver("shop", world.release("shop"));
  await world.atRest();
  const missed = world.release("shop", { answers: [202] });
  const { product } = await world.product("shop");
  const found = await world.ask((commands) =>
    commands.checkRepository(product, "ada", true, new AbortController().signal),
  );
  expect(found).toMatchObject([{ outcome: "deployed" }]);
  await world.atRest();
  expect(await world.request("shop.localhost")).toMatchObject({ status: 202 });
  expect(missed).toMatch(/^[0-9a-f]{40}$/);
});

test("a repository that is polled is deployed by itself within its interval, and once for each commit", async () => {
  const world = createWorld();
  await world.connect("shop");
  await world.deliver("shop", world.release("shop"));
  await world.atRest();
  const { product } = await world.product("shop");
  await world.ask((commands) => commands.changeProduct(product, { source: { pollMinutes: 1 } }));
  const commit = world.release("shop", { answers: [203] });
  await world.pass(75_000);
  await world.atRest();
  expect(await world.request("shop.localhost")).toMatchObject({ status: 203 });
  await world.pass(300_000);
  const deployments = await world.store.deployments.list({ limit: 10 });
  expect(deployments.map((one) => [one.commit?.sha, one.by])).toEqual([
    [commit, "poll"],
    [expect.any(String), "ada"],
  ]);
});
