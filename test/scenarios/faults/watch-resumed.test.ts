import { expect, test } from "vitest";
import type { DeploymentId } from "../../../server/model/names/ids.ts";
import type { FakeWorld } from "../../fakes/fake-world.ts";
import { plain } from "../products.ts";
import { withLive } from "../scene.ts";

const next = { prints: ["another version"] };

/** Ends the containers of a deployment as a crash does; Docker starts them again. */
function crash(world: FakeWorld, id: DeploymentId): void {
  for (const container of world.docker.containers.values()) {
    if (container.request.owner.deployment === id) container.die(1);
  }
}

test.each([
  ["watching", 1],
  ["watching", 6],
  ["after-switch", 1],
  ["after-switch", 6],
])("killed at %s, a server goes back from a version that crashed while it was away, %i times", async (name, times) => {
  const { world, first, end, wrong, users } = await withLive(plain(), { restartMs: 60_000 });
  world.faults.kill(`failpoint.${name}`, "before");
  const id = await world.push("shop", plain(next));
  await world.until("the server is killed", () => world.faults.waiting.length === 0);
  for (let time = 0; time < times; time++) {
    await world.pass(8_000);
    crash(world, id);
  }
  await world.pass(1_000);
  expect(await end(id)).toMatchObject({ status: "failed", failure: { stage: "watch" } });
  expect(users.answered.at(-1)).toBe(first);
  expect(await wrong()).toEqual([]);
});

test("a version that crashed before its checks, and not since, is not held to have crashed after a restart of the server", async () => {
  const { world, end, wrong } = await withLive(plain());
  world.faults.kill("failpoint.watching", "before");
  const id = await world.push("shop", plain({ ...next, exits: [{ afterMs: 40, code: 1 }, null] }));
  expect(await end(id)).toMatchObject({ status: "ready" });
  expect(await wrong()).toEqual([]);
});
