import { expect, test } from "vitest";
import type { HostAddress } from "../../server/model/names/host-address.ts";
import type { FakeWorld } from "../fakes/fake-world.ts";
import { plain } from "./products.ts";
import { withLive } from "./scene.ts";

const limitMs = 30_000;
const runs = ({ docker }: FakeWorld, deployment: number) =>
  [...docker.containers.values()].some(
    ({ request, isRunning }) => request.owner.deployment === deployment && isRunning,
  );

/** A version that was replaced while a user had a stream open on it. */
async function withOpenStream() {
  const scene = await withLive(plain());
  const { world, first } = scene;
  const [container] = [...world.docker.containers.values()];
  const address = container?.request.publish?.hostAddress as HostAddress;
  world.caddy.streams.set(address, 1);
  const id = await world.push("shop", plain({ prints: ["2"] }));
  await world.decided(id);
  return { ...scene, id, address, leave: () => world.caddy.streams.delete(address), isThere: () => runs(world, first) };
}

test("a replaced version answers until its last request is over", async () => {
  const { world, id, leave, isThere, wrong } = await withOpenStream();
  await world.pass(20_000);
  expect(isThere()).toBe(true);
  leave();
  await world.pass(2_000);
  expect(isThere()).toBe(false);
  expect(await wrong()).toEqual([]);
  expect(await world.log(id)).not.toContain("are cut off now");
});

test("what is open at the drain timeout is cut, and the log says so", async () => {
  const { world, id, isThere, wrong } = await withOpenStream();
  await world.pass(limitMs - 5_000);
  expect(isThere()).toBe(true);
  await world.pass(7_000);
  expect(isThere()).toBe(false);
  expect(await wrong()).toEqual([]);
  expect(await world.log(id)).toContain("1 of the previous version's requests were still open at the drain timeout");
});

test("a server that dies while it drains goes on with it, and cuts nobody off early", async () => {
  const { world, leave, isThere, wrong } = await withOpenStream();
  await world.pass(5_000);
  world.crash();
  await world.pass(15_000);
  expect(isThere()).toBe(true);
  leave();
  expect(await wrong()).toEqual([]);
  expect(isThere()).toBe(false);
});

test("a version that ignores SIGTERM is killed, and the deployment is ready all the same", async () => {
  const { world, first, end, wrong } = await withLive(plain({ ignoresSigterm: true }));
  const id = await world.push("shop", plain({ prints: ["2"] }));
  expect(await end(id)).toMatchObject({ status: "ready" });
  expect(await wrong()).toEqual([]);
  expect(runs(world, first)).toBe(false);
});

test("the next push waits for no draining", async () => {
  const { world, users, end, leave, wrong, first, id } = await withOpenStream();
  const begun = world.clock.monotonicMs();
  const next = await world.push("shop", plain({ prints: ["3"] }));
  await world.decided(next);
  expect(world.clock.monotonicMs() - begun).toBeLessThan(10_000);
  leave();
  expect(await end(next)).toMatchObject({ status: "ready" });
  expect(await wrong()).toEqual([]);
  expect(users.answered).toEqual([first, id, next]);
});
