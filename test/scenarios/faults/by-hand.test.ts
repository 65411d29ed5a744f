import { expect, test } from "vitest";
import { StartFailed } from "../../../server/ports/engine/containers.ts";
import { BuildFailed } from "../../../server/ports/engine/images.ts";
import type { FakeContainer } from "../../fakes/docker/container.ts";
import type { FakeWorld } from "../../fakes/fake-world.ts";
import { plain } from "../products.ts";
import { withLive } from "../scene.ts";

const startUpMs = 500;
/** What somebody does to a container of a live version, in a shell on the server. */
const deeds = {
  "is stopped": stop,
  "is removed": (world, container) => world.docker.removeContainer(container.id, never),
  "is stopped and removed": async (world, container) => {
    await stop(world, container);
    await world.docker.removeContainer(container.id, never);
  },
} satisfies Record<string, (world: FakeWorld, container: FakeContainer) => Promise<void>>;
const never = new AbortController().signal;

/** A stop takes a moment, so time has to pass meanwhile. */
async function stop(world: FakeWorld, container: FakeContainer): Promise<void> {
  const stopped = container.stop(0);
  await world.pass(10);
  await stopped;
}

function onlyContainer(world: FakeWorld): FakeContainer {
  const [container, ...others] = world.docker.containers.values();
  if (!container || others.length > 0) throw new Error("there should be one container");
  return container;
}

test.each(Object.keys(deeds) as (keyof typeof deeds)[])(
  "a live container that %s by hand is back within its start-up and a second",
  async (deed) => {
    const { world, first, wrong } = await withLive(plain({ listensAfterMs: startUpMs }));
    await world.pass(11_000);
    await deeds[deed](world, onlyContainer(world));
    expect(await world.request("shop.localhost")).toMatchObject({ status: 502 });
    await world.pass(startUpMs + 1_000);
    expect(await world.request("shop.localhost")).toMatchObject({ status: 200, deployment: first });
    expect(await world.log(first)).toContain("site was no longer running; it was started again");
    expect((await wrong()).filter((fault) => !fault.includes("should answer"))).toEqual([]);
  },
);

test("a live container that was stopped while Docker's events were away is back a moment after they are", async () => {
  const { world, first } = await withLive(plain());
  world.docker.away = true;
  await world.pass(5_000);
  await stop(world, onlyContainer(world));
  await world.pass(5_000);
  world.docker.away = false;
  await world.pass(3_000);
  expect(await world.request("shop.localhost")).toMatchObject({ status: 200, deployment: first });
});

test("a live container that is stopped while Baton starts, after its first look and before it hears events, is soon back", async () => {
  const { world, first } = await withLive(plain());
  await world.pass(11_000);
  world.crash();
  world.faults.before("engine.events", () => onlyContainer(world).stop(0));
  await world.pass(5_000);
  expect(world.faults.waiting).toEqual([]);
  expect(await world.request("shop.localhost")).toMatchObject({ status: 200, deployment: first });
});

test("a live container that cannot be started again is tried less and less often, and is back when it can", async () => {
  const { world, first } = await withLive(plain());
  await world.pass(11_000);
  world.faults.fail("engine.startContainer", () => new StartFailed("no space left on device"), { times: 6 });
  const tries = () => world.faults.calls.filter((call) => call === "engine.startContainer").length;
  const before = tries();
  await stop(world, onlyContainer(world));
  await world.pass(8_000);
  expect(tries() - before).toBe(4);
  await world.pass(60_000);
  expect(tries() - before).toBe(7);
  expect(await world.request("shop.localhost")).toMatchObject({ status: 200, deployment: first });
});

test("a live container that Docker refuses to start leaves no secret in Baton's log", async () => {
  const { world, first } = await withLive(plain());
  const { installationId } = await world.deployment(first);
  await world.store.installations.changeVariables(installationId, { KEY: "canary-of-docker" }, []);
  await world.push("shop", plain());
  await world.pass(30_000);
  world.faults.fail("engine.startContainer", () => new StartFailed('exec: "--key=canary-of-docker": not found'), {
    times: 1,
  });
  await stop(world, onlyContainer(world));
  await world.pass(8_000);
  expect(world.serverLog.join("\n")).toContain('exec: "--key=[hidden: KEY]": not found');
  expect(world.serverLog.join("\n")).not.toContain("canary");
});

test("a live version whose container and image were removed by hand is built again from its commit", async () => {
  const { world, first } = await withLive(plain());
  await world.pass(11_000);
  const builds = world.docker.builds.begun;
  await world.docker.removeContainer(onlyContainer(world).id, never);
  world.docker.images.clear();
  await world.pass(60_000);
  const [live] = await world.store.deployments.list({ limit: 1 });
  expect(live).toMatchObject({ status: "ready", trigger: "redeploy", by: "Baton", sourceId: first });
  expect(world.docker.builds.begun).toBe(builds + 1);
  expect(await world.request("shop.localhost")).toMatchObject({ status: 200, deployment: live?.id });
});

test("a version that cannot be built again is tried once, and again only when a person asks", async () => {
  const { world, first } = await withLive(plain());
  await world.pass(11_000);
  await world.docker.removeContainer(onlyContainer(world).id, never);
  world.docker.images.clear();
  world.faults.fail("engine.build", () => new BuildFailed("no space left on device", {}), {
    times: Number.POSITIVE_INFINITY,
  });
  await world.pass(300_000);
  const tries = await world.store.deployments.list({ limit: 10 });
  expect(tries.map(({ status }) => status)).toEqual(["failed", "ready"]);
  world.faults.heal();
  const live = await world.deployment(first);
  const asked = await world.ask((commands) => commands.redeploy(live, "then", "ada", never));
  if (asked.type !== "queued") throw new Error("the redeployment was refused");
  expect(await world.decided(asked.deployment.id)).toMatchObject({ status: "ready" });
  expect(await world.request("shop.localhost")).toMatchObject({ status: 200, deployment: asked.deployment.id });
});
