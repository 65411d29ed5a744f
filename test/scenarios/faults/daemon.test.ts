import { expect, test } from "vitest";
import type { DeploymentId } from "../../../server/model/names/ids.ts";
import { createWorld, type FakeWorld } from "../../fakes/fake-world.ts";
import { grown } from "../products.ts";

test("Docker is restarted under a live version: it comes back on the port that the proxy knows", async () => {
  const world = createWorld();
  const id = await world.push("shop", { listensAfterMs: 500 });
  await world.atRest();
  world.docker.restart(5_000);
  expect(await world.request("shop.localhost")).toMatchObject({ status: 502 });
  await world.pass(6_000);
  expect(await world.request("shop.localhost")).toMatchObject({ status: 200, deployment: id });
  await world.pass(60_000);
  expect(world.docker.containers.size).toBe(1);
});

test("Docker is killed and its containers go on without it: so do the apps, and Docker's ports are used again afterwards", async () => {
  const world = createWorld();
  const id = await world.push("shop");
  await world.atRest();
  const { installation } = await world.product("shop");
  const upstreams = () => world.caddy.upstreamsOf(installation.id, id);
  const published = await upstreams();
  world.docker.kill(20_000);
  await world.pass(500);
  for (let second = 0; second < 19; second++) {
    expect(await world.request("shop.localhost")).toMatchObject({ status: 200, deployment: id });
    await world.pass(1_000);
  }
  expect(await upstreams()).not.toEqual(published);
  await world.pass(3_000);
  expect(await upstreams()).toEqual(published);
  expect(await world.request("shop.localhost")).toMatchObject({ status: 200, deployment: id });
});

test("a container that ends while Docker is away gets no traffic at an address that may be another's by then", async () => {
  const world = createWorld();
  const id = await world.push("shop");
  await world.atRest();
  const { installation } = await world.product("shop");
  const upstreams = () => world.caddy.upstreamsOf(installation.id, id);
  const published = await upstreams();
  const [container] = world.docker.containers.values();
  world.docker.kill(20_000);
  await world.pass(2_000);
  expect(await upstreams()).not.toEqual(published);
  container?.halt();
  await world.pass(500);
  container?.comeBack();
  await world.pass(5_000);
  expect(await upstreams()).toEqual(published);
});

test("when Docker is restarted in the middle of a build, the build starts over and its version goes live", async () => {
  const world = createWorld();
  const id = await world.push("shop", { build: { takesMs: 30_000 } });
  await world.until("it is built", () => world.docker.builds.current === 1);
  world.docker.restart(20_000);
  await world.until("the build is over", () => world.docker.builds.current === 0);
  expect(world.docker.images.size).toBe(0);
  await world.atRest();
  expect(await world.status(id), await world.log(id)).toBe("ready");
  expect(await world.log(id)).toContain("Docker is back; starting over");
  expect(world.docker.builds).toMatchObject({ begun: 2, aborted: 1 });
});

const isChecked = (world: FakeWorld, id: DeploymentId) =>
  world.until("it is checked", async () => (await world.log(id)).includes("Checking that the new version"));

test("Docker is restarted while a new version is checked: the check goes on, and the version goes live", async () => {
  const world = createWorld();
  await world.push("shop");
  await world.atRest();
  const second = await world.push("shop", { listensAfterMs: 4_000 });
  await isChecked(world, second);
  world.docker.restart(1_000);
  expect(await world.decided(second)).toMatchObject({ status: "ready" });
  await world.pass(60_000);
  expect(await world.request("shop.localhost")).toMatchObject({ status: 200, deployment: second });
  expect([...world.docker.containers.values()].map(({ request }) => request.owner.deployment)).toEqual([second]);
});

test.each([20_000, 45_000, 300_000])(
  "a Docker that hangs for %i ms during a check takes none of the app's time",
  async (hangsMs) => {
    const world = createWorld({ limits: { healthTimeoutMs: 15_000 } });
    const id = await world.push("shop", { listensAfterMs: 10_000 + hangsMs });
    await isChecked(world, id);
    world.docker.hang(hangsMs);
    expect(await world.decided(id)).toMatchObject({ status: "ready" });
  },
);

test.each([20_000, 45_000])(
  "an app that never answers has its own time and no more, although Docker hangs for %i ms meanwhile",
  async (hangsMs) => {
    const world = createWorld({ limits: { healthTimeoutMs: 15_000 } });
    const began = world.clock.monotonicMs();
    const id = await world.push("shop", { answers: ["hang"] });
    await isChecked(world, id);
    world.docker.hang(hangsMs);
    expect(await world.decided(id)).toMatchObject({ status: "failed", failure: { stage: "health" } });
    expect(world.clock.monotonicMs() - began).toBeGreaterThan(hangsMs + 15_000);
    // A look at Docker may begin 5 s after the last one, and the wait for its answer takes some seconds more.
    expect(world.clock.monotonicMs() - began).toBeLessThan(hangsMs + 45_000);
  },
);

test("a deployment that waits for Docker says so once, and that it goes on", async () => {
  const world = createWorld();
  const id = await world.push("shop", grown({ site: { listensAfterMs: 3_000 }, wiki: { listensAfterMs: 3_000 } }));
  await isChecked(world, id);
  world.docker.hang(120_000);
  await world.decided(id);
  const log = await world.log(id);
  expect(log.match(/Docker is not responding \(Docker did not respond within 30 s\.\); waiting for it/g)).toHaveLength(
    1,
  );
  expect(log).toContain("Docker is back; going on");
});
