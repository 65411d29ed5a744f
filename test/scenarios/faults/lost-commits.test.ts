import { describe, expect, test } from "vitest";
import type { Deployment, Transition } from "../../../server/model/deployment/deployment.ts";
import { StoreUnavailable } from "../../../server/ports/store/store.ts";
import { grown, plain } from "../products.ts";
import { withLive } from "../scene.ts";

const lost = () => new StoreUnavailable("connection reset after the commit was sent");

/** The database commits the move, but the connection breaks before it can answer. */
describe.each(["built", "checked", "switched", "held"])('when the answer to the move "%s" is lost', (move) => {
  test.each([
    ["one service", plain(), plain({ prints: ["2"] })],
    ["every kind of service", grown(), grown({}, { prints: ["2"] })],
  ])("a deployment of %s goes on from there", async (_, before, after) => {
    const { world, first, users, end, wrong } = await withLive(before);
    const isTheMove = (_: Deployment, { type }: Transition) => type === move;
    world.faults.loseAnswer("store.deployments.move", lost, { when: isTheMove });
    const id = await world.push("shop", after);
    expect(await end(id)).toMatchObject({ status: "ready" });
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, id]);
  });
});

test.each([
  ["failed", "failed", plain({ exits: [{ afterMs: 1_500, code: 1 }] })],
  ["cancelled", "stopped", plain({ listensAfterMs: 20_000 })],
])('when the answer to the move "%s" is lost, the deployment ends all the same', async (move, status, version) => {
  const { world, first, users, end, wrong } = await withLive(plain());
  const isTheMove = (_: Deployment, { type }: Transition) => type === move;
  world.faults.loseAnswer("store.deployments.move", lost, { when: isTheMove });
  const id = await world.push("shop", version);
  await world.pass(6_000);
  await world.ask(async (commands) => commands.cancel(await world.deployment(id), "Ada"));
  expect(await end(id)).toMatchObject({ status });
  expect(await wrong()).toEqual([]);
  expect(users.answered.at(-1)).toBe(first);
});

test("when the answer to its claim is lost, a deployment is claimed again", async () => {
  const { world, first, users, end, wrong } = await withLive(plain());
  world.faults.loseAnswer("store.deployments.claim", lost);
  const id = await world.push("shop", plain({ prints: ["2"] }));
  expect(await end(id)).toMatchObject({ status: "ready", attempt: 2 });
  expect(await wrong()).toEqual([]);
  expect(users.answered).toEqual([first, id]);
});

test("an end that the database does not take for half an hour is on record once it does, and the queue goes on", async () => {
  const { world, first, users, end, wrong } = await withLive(plain());
  const isTheEnd = (_: Deployment, { type }: Transition) => type === "failed";
  world.faults.fail("store.deployments.move", lost, { times: Number.POSITIVE_INFINITY, when: isTheEnd });
  const failing = await world.push("shop", plain({ exits: [{ afterMs: 100, code: 1 }] }));
  const next = await world.push("shop", plain({ prints: ["mended"] }));
  await world.pass(30 * 60_000);
  world.faults.heal();
  expect(await end(failing)).toMatchObject({ status: "failed", failure: { stage: "health" } });
  expect(await end(next)).toMatchObject({ status: "ready" });
  expect(await wrong()).toEqual([]);
  expect(users.answered).toEqual([first, next]);
});
