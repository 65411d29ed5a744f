import { expect, test } from "vitest";
import type { FakeContainer } from "../../fakes/docker/container.ts";
import type { FakeWorld } from "../../fakes/fake-world.ts";
import { plain } from "../products.ts";
import { withLive } from "../scene.ts";

const startUpMs = 400;

function only(world: FakeWorld): FakeContainer {
  const [container, ...others] = world.docker.containers.values();
  if (!container || others.length > 0) throw new Error("there should be one container");
  return container;
}

/** Lets it crash as soon as it runs again, so many times. */
async function crash(world: FakeWorld, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    await world.until("the app runs", () => only(world).isRunning);
    await world.pass(100);
    only(world).die(1);
  }
}

const named = "site keeps crashing: it restarted 5 times in 10 minutes, last exit code 1";

test("an app that dies is back within its start-up and a second", async () => {
  const { world, first } = await withLive(plain({ listensAfterMs: startUpMs }));
  await world.pass(11_000);
  only(world).die(1);
  await world.pass(startUpMs + 1_000);
  expect(await world.request("shop.localhost")).toMatchObject({ status: 200, deployment: first });
  expect(await world.log(first)).not.toContain("keeps crashing");
});

test("a crash loop of a live version is named in its log within five seconds, and nothing is rolled back", async () => {
  const { world, first } = await withLive(plain());
  await world.pass(11_000);
  await crash(world, 4);
  expect(await world.log(first)).not.toContain(named);
  await crash(world, 1);
  await world.pass(5_000);
  expect(await world.log(first)).toContain(named);
  expect((await world.product("shop")).installation.liveDeploymentId).toBe(first);
  expect(await world.status(first)).toBe("ready");
});

test("a crash loop is named once, and its end is, too", async () => {
  const { world, first } = await withLive(plain());
  await world.pass(11_000);
  await crash(world, 8);
  await world.pass(5 * 60_000);
  const log = await world.log(first);
  expect(log.match(/keeps crashing/g)).toHaveLength(1);
  expect(log.match(/site runs again without crashing/g)).toHaveLength(1);
});

test("a crash loop that began while Baton was away is named when it is back", async () => {
  const { world, first } = await withLive(plain(), { restartMs: null });
  await world.pass(11_000);
  world.crash();
  await crash(world, 5);
  world.start();
  await world.pass(5_000);
  expect(await world.log(first)).toContain(named);
});
