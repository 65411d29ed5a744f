import { describe, expect, test } from "vitest";
import type { Deployment, Transition } from "../../../server/model/deployment/deployment.ts";
import type { ContainerId } from "../../../server/model/names/ids.ts";
import { createWorld } from "../../fakes/fake-world.ts";
import { faultsAtRest } from "../at-rest.ts";
import { grown, plain } from "../products.ts";
import { usualFailpoints, withLive } from "../scene.ts";

/** Only a version that has an init service, or replaces a service that cannot run twice, reaches these. */
const ofGrown: readonly string[] = ["backed-up", "initialised", "held", "old-stopped"];
const ofPlain = usualFailpoints.filter((name) => !ofGrown.includes(name));

const changed = { prints: ["another version"] };
const places = [
  ...ofPlain.map((name) => ({ name, kind: "plain", before: plain(), after: plain(changed) })),
  ...usualFailpoints.map((name) => ({ name, kind: "grown", before: grown(), after: grown({}, changed) })),
];

describe.each(places)("killed at $name, a $kind product", ({ name, before, after }) => {
  test("gets its version after the restart, and no request is lost", async () => {
    const { world, first, end, wrong, users } = await withLive(before);
    const made = new Set<ContainerId>();
    world.faults.before(`failpoint.${name}`, () => {
      for (const { id, request } of world.docker.containers.values())
        if (request.owner.deployment !== first) made.add(id);
    });
    world.faults.kill(`failpoint.${name}`, "before");
    const id = await world.push("shop", after);
    expect(await end(id)).toMatchObject({ status: "ready" });
    expect(world.starts).toBe(2);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, id]);
    // Containers of the dead server are adopted, not created again.
    expect([...world.docker.containers.keys()]).toEqual(expect.arrayContaining([...made]));
  });

  test("gets it as well when the server dies there again", async () => {
    const { world, first, end, wrong, users } = await withLive(before);
    world.faults.kill(`failpoint.${name}`, "before", { times: 3 });
    const id = await world.push("shop", after);
    expect(await end(id)).toMatchObject({ status: "ready" });
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, id]);
  });

  test("gets its first version after the restart", async () => {
    const world = createWorld();
    world.faults.kill(`failpoint.${name}`, "before");
    const id = await world.push("shop", after);
    await world.atRest();
    expect(await world.status(id)).toBe("ready");
    expect(await faultsAtRest(world)).toEqual([]);
  });
});

test("killed while it checks a version that never answers, a server fails it within the time that was left", async () => {
  const { world, first, users, end, wrong } = await withLive(plain());
  const began = world.clock.monotonicMs();
  const id = await world.push("shop", plain({ port: null }));
  await world.pass(60_000);
  world.crash();
  expect(await world.decided(id)).toMatchObject({ status: "failed", failure: { stage: "health" } });
  expect(world.clock.monotonicMs() - began).toBeLessThan(95_000);
  await end(id);
  expect(await wrong()).toEqual([]);
  expect(users.answered).toEqual([first]);
});

test("a server that is killed late in the watch window does not start it over", async () => {
  const { world, end, wrong } = await withLive(plain(), { limits: { watchMs: 60_000 } });
  const began = world.clock.monotonicMs();
  const id = await world.push("shop", plain(changed));
  await world.pass(50_000);
  world.crash();
  await world.decided(id);
  expect(world.clock.monotonicMs() - began).toBeLessThan(65_000);
  expect(await end(id)).toMatchObject({ status: "ready" });
  expect(await wrong()).toEqual([]);
});

test("killed right after its end is on record, a pushed version has moved its branch", async () => {
  const { world, first, users, end, wrong } = await withLive(plain());
  const isHeld = (_: Deployment, { type }: Transition) => type === "held";
  world.faults.kill("store.deployments.move", "after", { when: isHeld });
  const id = await world.push("shop", plain(changed));
  expect(await end(id)).toMatchObject({ status: "ready" });
  expect(world.starts).toBe(2);
  expect(await wrong()).toEqual([]);
  expect(users.answered).toEqual([first, id]);
});

test("a server that is asked to stop while it builds stops at once, and builds again after the next start", async () => {
  const { world, first, users, end, wrong } = await withLive(plain());
  const id = await world.push("shop", plain({ build: { takesMs: 60_000 } }));
  await world.until("it builds", () => world.docker.builds.current === 1);
  const asked = world.clock.monotonicMs();
  await world.stop();
  expect(world.clock.monotonicMs() - asked).toBeLessThan(5_000);
  expect(world.docker.builds).toMatchObject({ current: 0, aborted: 1 });
  world.start();
  expect(await end(id)).toMatchObject({ status: "ready", attempt: 2 });
  expect(await wrong()).toEqual([]);
  expect(users.answered).toEqual([first, id]);
});

test.each(["initialised", "held", "checked"])(
  "an init service that has run does not run again after the server is killed at %s",
  async (name) => {
    const { world, end, wrong } = await withLive(grown());
    world.faults.kill(`failpoint.${name}`, "before");
    const id = await world.push("shop", grown({}, changed));
    await end(id);
    expect((await world.log(id)).match(/Running prepare$/gm)).toHaveLength(1);
    expect(await world.log(id)).toContain("prepare has already run");
    expect(await wrong()).toEqual([]);
  },
);
