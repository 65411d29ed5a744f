import { describe, expect, test } from "vitest";
import type { Files } from "../fakes/fake-repositories.ts";
import type { FakeWorld } from "../fakes/fake-world.ts";
import { comeToRest } from "./at-rest.ts";
import { grown, plain } from "./products.ts";
import { usualFailpoints, withLive } from "./scene.ts";

/** From these failpoints on, the cut-over is decided and cannot be cancelled. */
const tooLate: readonly string[] = ["before-switch", "after-switch", "watching", "ready"];
const inTime = usualFailpoints.filter((name) => !tooLate.includes(name));
const second = grown({}, { prints: ["2"] });

/** Calls `act` when the deployment of a second version reaches the failpoint, and lets everything finish. */
async function during(name: string, act: (world: FakeWorld) => unknown, before: Files = grown()) {
  const scene = await withLive(before);
  scene.world.faults.before(`failpoint.${name}`, () => act(scene.world));
  const id = await scene.world.push("shop", second);
  await comeToRest(scene.world);
  const row = scene.world.store.rows.deployments.get(id);
  return { ...scene, id, row };
}

const newest = (world: FakeWorld) => [...world.store.rows.deployments.keys()].at(-1) ?? (0 as never);
const cancelled: string[] = [];
async function cancel(world: FakeWorld): Promise<void> {
  cancelled.push(await world.store.deployments.requestCancel(newest(world), world.clock.now()));
}
async function cancelAndDie(world: FakeWorld): Promise<void> {
  await cancel(world);
  world.crash();
}

describe("cancelled", () => {
  test.each(inTime)("at %s, a deployment leaves nothing behind", async (name) => {
    const { first, users, row, wrong } = await during(name, cancel);
    expect(row).toMatchObject({ status: "stopped", reason: "cancelled" });
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first]);
  });

  test.each(tooLate)("at %s, it goes on: it is too late", async (name) => {
    const { first, id, users, row, wrong } = await during(name, cancel);
    expect([cancelled.at(-1), row?.status]).toEqual(["too-late", "ready"]);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, id]);
  });

  test.each(inTime)("at %s by a server that dies of it, it ends after the restart", async (name) => {
    const { world, first, users, row, wrong } = await during(name, cancelAndDie);
    expect(world.starts).toBe(2);
    expect(row).toMatchObject({ status: "stopped", reason: "cancelled" });
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first]);
  });

  test("while it waits in the queue, it is over at once, and settled", async () => {
    const { world, users, wrong } = await withLive(grown());
    const building = await world.push("shop", second);
    const waiting = await world.push("shop", grown({}, { prints: ["3"] }));
    expect(await world.ask(async (commands) => commands.cancel(await world.deployment(waiting), "Ada"))).toEqual({
      type: "cancelled",
    });
    expect(await world.deployment(waiting)).toMatchObject({ status: "stopped", reason: "cancelled" });
    expect(await wrong()).toEqual([]);
    expect(users.answered.at(-1)).toBe(building);
  });

  test("in the middle of a build, it ends the build within five seconds", async () => {
    const { world, wrong } = await withLive(grown());
    const id = await world.push("shop", grown({}, { build: { takesMs: 300_000 } }));
    await world.until("it builds", () => world.docker.builds.current === 1);
    const askedMs = world.clock.monotonicMs();
    await world.ask(async (commands) => commands.cancel(await world.deployment(id), "Ada"));
    await world.decided(id);
    expect(world.clock.monotonicMs() - askedMs).toBeLessThan(5_000);
    expect(world.docker.builds).toMatchObject({ current: 0, aborted: 1 });
    expect(await wrong()).toEqual([]);
  });

  test("in the middle of its check, it ends within five seconds, and its container is gone", async () => {
    const { world, first, users, wrong } = await withLive(plain());
    const before = [...world.docker.containers.keys()];
    const id = await world.push("shop", plain({ answers: ["hang"] }));
    const isChecked = async () =>
      (await world.events(id)).some((event) => event.type === "stage" && event.stage === "health");
    await world.until("it is checked", isChecked);
    expect(world.docker.containers.size).toBe(2);
    const askedMs = world.clock.monotonicMs();
    await world.ask(async (commands) => commands.cancel(await world.deployment(id), "Ada"));
    expect(await world.decided(id)).toMatchObject({ status: "stopped", reason: "cancelled" });
    expect(world.clock.monotonicMs() - askedMs).toBeLessThan(5_000);
    expect([...world.docker.containers.keys()]).toEqual(before);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first]);
  });
});

describe("stopped by hand", () => {
  test.each(usualFailpoints.slice(0, -1))("at %s is refused, and the deployment goes on", async (name) => {
    let answer: unknown;
    const { first, id, users, row, wrong } = await during(name, async (world) => {
      const { installation } = await world.product("shop");
      answer = await world.store.installations.stop(installation.id, world.clock.now());
    });
    expect([answer, row?.status]).toEqual([null, "ready"]);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, id]);
  });

  test("a product is logged as stopped, and not as a proxy that serves the wrong version", async () => {
    const { world } = await withLive(plain());
    const { installation } = await world.product("shop");
    const before = world.serverLog.length;
    await world.ask((commands) => commands.stop(installation.id, "Ada"));
    await world.pass(60_000);
    expect(world.serverLog.slice(before)).toEqual(["info: an installation was stopped; its hosts answer 503 now"]);
  });

  test("a product answers 503 and keeps its version, which can be had again without a build", async () => {
    const { world, first, wrong } = await withLive(grown());
    const { installation } = await world.product("shop");
    await world.ask((commands) => commands.stop(installation.id, "Ada"));
    await world.pass(60_000);
    expect(await world.request("shop.localhost")).toMatchObject({ status: 503 });
    expect(await world.deployment(first)).toMatchObject({ status: "stopped", reason: "stopped by hand" });
    expect(world.docker.containers.size).toBe(0);
    const builds = world.docker.builds.begun;
    const source = await world.deployment(first);
    await world.ask((commands) => commands.redeploy(source, "then", "ada", new AbortController().signal));
    expect(await wrong()).toEqual([]);
    expect(world.docker.builds.begun).toBe(builds);
    expect(await world.request("shop.localhost")).toMatchObject({ status: 200 });
  });
});

describe("deleted with its data", () => {
  const deleteProduct = async (world: FakeWorld) =>
    world.store.products.markDeleted((await world.product("shop")).product.id, { keepVolumes: false });

  test.each(usualFailpoints)("at %s, a product leaves nothing behind", async (name) => {
    const { world, wrong } = await during(name, deleteProduct);
    await world.pass(120_000);
    expect(await wrong()).toEqual([]);
    expectNothing(world);
  });

  test("by a server that dies of it, a product leaves nothing behind either", async () => {
    const { world, wrong } = await withLive(grown());
    await deleteProduct(world);
    world.crash();
    await world.pass(120_000);
    expect(await wrong()).toEqual([]);
    expectNothing(world);
  });

  function expectNothing({ docker, caddy, store }: FakeWorld): void {
    const { containers, networks, volumes, images } = docker;
    const tags = [...images.values()].flatMap((image) => [...image.tags]).filter((tag) => tag.startsWith("baton-"));
    expect([containers.size, networks.size, volumes.size, tags]).toEqual([0, 0, 0, []]);
    expect([caddy.hosts.size, store.rows.deployments.size, store.rows.products.size]).toEqual([0, 0, 0]);
    expect([store.rows.ports, store.rows.subnets, store.rows.domains]).toEqual([[], [], []]);
  }
});
