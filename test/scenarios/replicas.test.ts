import { describe, expect, test } from "vitest";
import type { DeploymentId } from "../../server/model/names/ids.ts";
import type { FakeContainer } from "../fakes/docker/container.ts";
import type { FakeWorld } from "../fakes/fake-world.ts";
import { files, grown } from "./products.ts";
import { quickLimits, withLive } from "./scene.ts";

const three = (app = {}) => files("site: { replicas: 3 }", app);
const sites = ({ docker }: FakeWorld, deployment: DeploymentId): readonly FakeContainer[] =>
  [...docker.containers.values()].filter(
    ({ request }) => request.service === "site" && request.owner.deployment === deployment,
  );
const numbers = (containers: readonly FakeContainer[]) =>
  containers.map(({ request }) => request.replica).sort((a = 1, b = 1) => a - b);

async function served(world: FakeWorld): Promise<number> {
  const { installation } = await world.product("shop");
  const upstream = world.caddy.upstreamOf(installation.id, "site");
  return upstream === null ? 0 : typeof upstream === "string" ? 1 : new Set(upstream.slots).size;
}

async function scale(world: FakeWorld, service: string, replicas: number | null) {
  const { installation } = await world.product("shop");
  return world.ask((commands) => commands.scaleService(installation.id, service, { replicas }));
}

const untilServed = (world: FakeWorld, count: number) =>
  world.until(`${count} replicas get requests`, async () => (await served(world)) === count);

describe("a version with three replicas", () => {
  test("starts and checks all of them, switches to all at once, and is replaced as a whole", async () => {
    const { world, first, end, wrong } = await withLive(three());
    expect(numbers(sites(world, first))).toEqual([1, 2, 3]);
    expect(await served(world)).toBe(3);
    expect(
      sites(world, first)
        .map(({ request }) => request.environment.BATON_REPLICA)
        .sort(),
    ).toEqual(["1", "2", "3"]);
    const next = await world.push("shop", three({ prints: ["2"] }));
    expect(await end(next)).toMatchObject({ status: "ready" });
    expect(numbers(sites(world, next))).toEqual([1, 2, 3]);
    expect(await wrong()).toEqual([]);
    expect(sites(world, first)).toEqual([]);
    expect(await world.log(next)).toContain("replica 3: GET / answered 200");
  });

  test("fails when one of them does not pass its checks, and the one before goes on", async () => {
    const { world, first, end, wrong } = await withLive(three(), { limits: { healthTimeoutMs: 10_000 } });
    const pushed = world.push("shop", three({ prints: ["2"] }));
    const next = await pushed;
    await world.until("the third one runs", () => sites(world, next).length === 3);
    const third = sites(world, next).find(({ request }) => request.replica === 3);
    await world.docker.removeContainer(third?.id as never, AbortSignal.timeout(60_000));
    expect(await end(next)).toMatchObject({ status: "failed" });
    expect(await wrong()).toEqual([]);
    expect(numbers(sites(world, first))).toEqual([1, 2, 3]);
  });

  test("is taken back when one of them dies in the watch window", async () => {
    const { world, first, end, wrong } = await withLive(three());
    const next = await world.push("shop", three({ prints: ["2"] }));
    await world.until("it is watched", async () => {
      const deployment = await world.deployment(next);
      return deployment.status === "deploying" && deployment.step === "watch";
    });
    sites(world, next)
      .find(({ request }) => request.replica === 2)
      ?.die(1);
    expect(await end(next)).toMatchObject({ status: "failed", failure: { stage: "watch" } });
    expect(await served(world)).toBe(3);
    expect(await wrong()).toEqual([]);
    expect(numbers(sites(world, first))).toEqual([1, 2, 3]);
  });

  test("goes on without one that dies, and takes it in again once it has passed its checks", async () => {
    const { world, first, wrong } = await withLive(three({ listensAfterMs: 3_000 }));
    const second = sites(world, first).find(({ request }) => request.replica === 2);
    second?.die(1);
    await untilServed(world, 2);
    await untilServed(world, 3);
    expect(await wrong()).toEqual([]);
    expect(await world.log(first)).toMatch(/site 2 gets no requests: it does not[\s\S]*site 2 gets requests now/);
  });

  test("replaces one that somebody removes", async () => {
    const { world, first, wrong } = await withLive(three());
    const second = sites(world, first).find(({ request }) => request.replica === 2);
    await world.docker.removeContainer(second?.id as never, AbortSignal.timeout(60_000));
    expect(await wrong()).toEqual([]);
    expect(numbers(sites(world, first))).toEqual([1, 2, 3]);
  });
});

describe("scaling a live version", () => {
  test("up starts further replicas, which get requests once they have passed their checks", async () => {
    const { world, first, wrong } = await withLive(files("site: {}", { listensAfterMs: 5_000 }));
    expect(await scale(world, "site", 3)).toEqual({ type: "scaled" });
    await world.until("three run", () => sites(world, first).length === 3);
    expect(await served(world)).toBe(1);
    await untilServed(world, 3);
    expect(await wrong()).toEqual([]);
    expect(await world.log(first)).toContain("site 3 was started");
  });

  test("down takes them out of the routes, and lets them finish before they are removed", async () => {
    const { world, first, wrong } = await withLive(three());
    const third = sites(world, first).find(({ request }) => request.replica === 3);
    const address = third?.request.publish?.hostAddress;
    if (!address) throw new Error("it has no address");
    world.caddy.streams.set(address, 1);
    await scale(world, "site", 1);
    await untilServed(world, 1);
    await world.pass(10_000);
    expect(numbers(sites(world, first))).toEqual([1, 3]);
    world.caddy.streams.delete(address);
    expect(await wrong()).toEqual([]);
    expect(numbers(sites(world, first))).toEqual([1]);
  });

  test("back up while one is drained leaves as many as were asked for", async () => {
    const { world, first, wrong } = await withLive(three());
    const address = sites(world, first).find(({ request }) => request.replica === 3)?.request.publish?.hostAddress;
    if (!address) throw new Error("it has no address");
    world.caddy.streams.set(address, 1);
    await scale(world, "site", 2);
    await untilServed(world, 2);
    await scale(world, "site", 3);
    world.caddy.streams.delete(address);
    expect(await wrong()).toEqual([]);
    expect(numbers(sites(world, first))).toEqual([1, 2, 3]);
  });

  test("lasts: the next version starts as many, whatever its files say, until the setting goes", async () => {
    const { world, end, wrong } = await withLive(three());
    await scale(world, "site", 2);
    const second = await world.push("shop", three({ prints: ["2"] }));
    await end(second);
    expect(numbers(sites(world, second))).toEqual([1, 2]);
    await scale(world, "site", null);
    await untilServed(world, 3);
    expect(await wrong()).toEqual([]);
    expect(numbers(sites(world, second))).toEqual([1, 2, 3]);
  });

  test("works for workers, and is refused with the reason for what keeps data or runs once", async () => {
    const { world, wrong } = await withLive(grown());
    expect(await scale(world, "clock", 3)).toEqual({ type: "scaled" });
    const clocks = () => [...world.docker.containers.values()].filter(({ request }) => request.service === "clock");
    await world.until("three run", () => clocks().length === 3);
    expect(await scale(world, "db", 2)).toMatchObject({
      type: "refused",
      message: "db cannot run more than once: it keeps its data in the volume data",
    });
    expect(await scale(world, "prepare", 2)).toMatchObject({ type: "refused" });
    expect(await scale(world, "nobody", 2)).toMatchObject({ type: "refused" });
    expect(await scale(world, "site", 33)).toMatchObject({ type: "refused" });
    await scale(world, "clock", 1);
    expect(await wrong()).toEqual([]);
    expect(clocks()).toHaveLength(1);
  });

  test("during a deployment reaches the version that is live in the end", async () => {
    const { world, end, wrong } = await withLive(files("site: {}", {}));
    const next = await world.push("shop", files("site: {}", { prints: ["2"], listensAfterMs: 3_000 }));
    await world.until("it starts", () => sites(world, next).length > 0);
    await scale(world, "site", 3);
    expect(await end(next)).toMatchObject({ status: "ready" });
    expect(await wrong()).toEqual([]);
    expect(numbers(sites(world, next))).toEqual([1, 2, 3]);
  });

  for (const count of [3, 1]) {
    test(`to ${count} survives a server that dies at any call of it`, async () => {
      for (let call = 1; call < 60; call += 3) {
        const { world, first, wrong } = await withLive(files("site: { replicas: 2 }", {}), { limits: quickLimits });
        await scale(world, "site", count);
        world.faults.kill("*", "after", { nth: call });
        await world.pass(15_000);
        world.faults.heal();
        expect(await wrong(), `killed after call ${call}`).toEqual([]);
        expect(sites(world, first), `killed after call ${call}`).toHaveLength(count);
      }
    });
  }
});

test("a repository that asks for replicas of what keeps data is refused with the reason", async () => {
  const { world, end } = await withLive(three());
  const next = await world.push("shop", files("site: { replicas: 2, volumes: { data: /data } }", {}));
  expect(await end(next)).toMatchObject({
    status: "failed",
    failure: {
      stage: "plan",
      message: expect.stringContaining("site cannot run 2 times: it keeps its data in the volume data"),
    },
  });
});
