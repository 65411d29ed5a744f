import { expect, test } from "vitest";
import type { DeploymentId } from "../../server/model/names/ids.ts";
import { createWorld } from "../fakes/fake-world.ts";
import { comeToRest, faultsAtRest } from "./at-rest.ts";
import { grown, plain } from "./products.ts";
import { withLive } from "./scene.ts";

const never = new AbortController().signal;
const slow = (version: string, takesMs = 20_000) => plain({ prints: [version], build: { takesMs } });

test("of six products four build at once, never more, and those that wait say for what", async () => {
  const world = createWorld();
  const ids: DeploymentId[] = [];
  for (let product = 1; product <= 6; product++) ids.push(await world.push(`shop-${product}`, slow("1")));
  await comeToRest(world);
  for (const id of ids) expect(await world.status(id)).toBe("ready");
  expect(world.docker.builds.most).toBe(4);
  const waits = await Promise.all(
    ids.map(async (id) => (await world.events(id)).filter(({ type }) => type === "waiting")),
  );
  expect(waits.map((all) => all.length > 0)).toEqual([false, false, false, false, true, true]);
  expect(waits[4]?.[0]).toMatchObject({ position: 1, waitingFor: "a free build slot (4 of 4 are building)" });
  expect(await faultsAtRest(world)).toEqual([]);
});

test("45 products that are pushed at once all become ready, each in a network and at an address of its own", async () => {
  const world = createWorld();
  const ids: DeploymentId[] = [];
  for (let product = 1; product <= 45; product++) ids.push(await world.push(`shop-${product}`, slow("1", 1_000)));
  await comeToRest(world);
  for (const id of ids) expect(await world.status(id)).toBe("ready");
  expect(await faultsAtRest(world)).toEqual([]);
  const networks = await world.docker.listNetworks(never);
  expect(new Set(networks.map(({ subnet }) => subnet)).size).toBe(ids.length);
  const containers = await world.docker.listContainers({ all: true }, never);
  expect(new Set(containers.map(({ hostAddress }) => hostAddress)).size).toBe(ids.length);
});

test("a server that dies during six builds starts them over, four at a time", async () => {
  const world = createWorld();
  const ids: DeploymentId[] = [];
  for (let product = 1; product <= 6; product++) ids.push(await world.push(`shop-${product}`, slow("1")));
  await world.pass(5_000);
  world.crash();
  await comeToRest(world);
  for (const id of ids) expect(await world.status(id)).toBe("ready");
  expect(world.docker.builds).toMatchObject({ most: 4, current: 0, aborted: 4 });
  expect(await faultsAtRest(world)).toEqual([]);
});

test("of three pushes in a row the first and the last are deployed, the middle one is superseded", async () => {
  const { world, first, users, wrong } = await withLive(plain());
  const begun = await world.push("shop", slow("2"));
  await world.until("it builds", () => world.docker.builds.current === 1);
  const middle = await world.push("shop", slow("3"));
  const last = await world.push("shop", slow("4"));
  await comeToRest(world);
  expect(await world.status(begun)).toBe("ready");
  expect(await world.deployment(middle)).toMatchObject({ status: "stopped", reason: "superseded by a newer push" });
  expect(await wrong()).toEqual([]);
  expect(users.answered).toEqual([first, begun, last]);
});

test.each(["claimed", "created", "checked", "after-switch", "watching"])(
  "a push that comes while the one before is at %s is live after it",
  async (name) => {
    const { world, first, users, wrong } = await withLive(grown());
    world.faults.kill(`failpoint.${name}`, "before");
    const before = await world.push("shop", grown({}, { prints: ["2"] }));
    await world.until("the server has died there", () => world.starts === 2);
    const after = await world.push("shop", grown({}, { prints: ["3"] }));
    await comeToRest(world);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, before, after]);
  },
);

test("a redeploy that waits is superseded by nobody, and comes in its turn", async () => {
  const { world, first, users, wrong } = await withLive(plain());
  const begun = await world.push("shop", slow("2"));
  const source = await world.deployment(first);
  const asked = await world.ask((commands) => commands.redeploy(source, "then", "ada", never));
  if (asked.type !== "queued") throw new Error("the redeploy was refused");
  const last = await world.push("shop", slow("3"));
  await comeToRest(world);
  expect(await world.status(asked.deployment.id)).toBe("ready");
  expect(await wrong()).toEqual([]);
  expect(users.answered).toEqual([first, begun, asked.deployment.id, last]);
});

test("the same commit pushed again while it is deployed is the same deployment", async () => {
  const { world, first, users, wrong } = await withLive(plain());
  const commit = { message: "Once", parent: null };
  const id = await world.push("shop", slow("2"), commit);
  for (let times = 0; times < 5; times++) expect(await world.push("shop", slow("2"), commit)).toBe(id);
  expect(await wrong()).toEqual([]);
  expect(users.answered).toEqual([first, id]);
});

test("a queue of ten deployments of one product is worked off in its order, whatever the server does", async () => {
  const { world, first, users, wrong } = await withLive(plain());
  const source = await world.deployment(first);
  const ids: DeploymentId[] = [];
  for (let count = 0; count < 10; count++) {
    const asked = await world.ask((commands) => commands.redeploy(source, "then", "ada", never));
    if (asked.type === "queued") ids.push(asked.deployment.id);
  }
  for (let count = 0; count < 10; count++) {
    await world.pass(2_300);
    world.crash();
    await world.pass(1_500);
  }
  await comeToRest(world);
  expect(await wrong()).toEqual([]);
  expect(users.answered).toEqual([first, ...ids]);
});
