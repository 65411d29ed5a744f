import { expect, test } from "vitest";
import { createWorld } from "../fakes/fake-world.ts";

test("a push goes through the whole pipeline, and replaces the version before", async () => {
  const world = createWorld();
  const first = await world.push("shop", { listensAfterMs: 1_500 });
  await world.decided(first);
  expect(await world.status(first), await world.log(first)).toBe("ready");
  expect(await world.request("shop.localhost")).toEqual({ status: 200, deployment: first, service: "web" });

  const second = await world.push("shop", { answers: [201] });
  await world.atRest();
  expect(await world.status(second), await world.log(second)).toBe("ready");
  expect(await world.request("shop.localhost")).toEqual({ status: 201, deployment: second, service: "web" });
  expect([...world.docker.containers.values()].map(({ request }) => request.owner.deployment)).toEqual([second]);
  expect([...world.docker.networks.keys()]).toEqual([expect.stringMatching(/^baton-fake0000-i\d+-solo$/)]);
  expect(world.serverLog.filter((line) => !line.startsWith("info"))).toEqual([]);
});

test("a version that never answers fails after its 90 s, and leaves the one before alone", async () => {
  const world = createWorld();
  const good = await world.push("shop");
  await world.decided(good);
  const began = world.clock.monotonicMs();
  const bad = await world.push("shop", { port: null });
  expect(await world.decided(bad)).toMatchObject({ status: "failed", failure: { stage: "health" } });
  expect(world.clock.monotonicMs() - began).toBeGreaterThanOrEqual(90_000);
  expect(world.clock.monotonicMs() - began).toBeLessThan(95_000);
  expect(await world.request("shop.localhost")).toMatchObject({ status: 200, deployment: good });
});

test("a server that is killed in the middle goes on with it", async () => {
  const world = createWorld();
  world.faults.kill("failpoint.checked", "before");
  const id = await world.push("shop");
  await world.atRest();
  expect(await world.status(id), await world.log(id)).toBe("ready");
  expect(world.starts).toBe(2);
  expect(await world.request("shop.localhost")).toMatchObject({ status: 200, deployment: id });
});
