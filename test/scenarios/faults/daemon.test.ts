import { expect, test } from "vitest";
import { createWorld } from "../../fakes/fake-world.ts";

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

test("Docker is restarted while a new version is checked: that one fails, and users have the one before again", async () => {
  const world = createWorld();
  const first = await world.push("shop");
  await world.atRest();
  const second = await world.push("shop", { listensAfterMs: 4_000 });
  await world.until("it is checked", async () => (await world.log(second)).includes("Checking that the new version"));
  world.docker.restart(1_000);
  expect(await world.decided(second)).toMatchObject({
    status: "failed",
    failure: { message: expect.stringMatching(/^Docker is not responding/) },
  });
  await world.pass(60_000);
  expect(await world.request("shop.localhost")).toMatchObject({ status: 200, deployment: first });
  expect([...world.docker.containers.values()].map(({ request }) => request.owner.deployment)).toEqual([first]);
});
