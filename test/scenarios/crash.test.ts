import { describe, expect, test } from "vitest";
import { failpointNames } from "../../server/pipeline/failpoint.ts";
import { createWorld } from "../fakes/fake-world.ts";
import { faultsAtRest } from "./at-rest.ts";
import { grown, plain } from "./products.ts";
import { withLive } from "./scene.ts";

/** Only a version that has an init service, or replaces what cannot run twice, comes by these. */
const ofGrown: readonly string[] = ["initialised", "held", "old-stopped"];
const ofPlain = failpointNames.filter((name) => !ofGrown.includes(name));

const changed = { prints: ["another version"] };
const places = [
  ...ofPlain.map((name) => ({ name, kind: "plain", before: plain(), after: plain(changed) })),
  ...failpointNames.map((name) => ({ name, kind: "grown", before: grown(), after: grown({}, changed) })),
];

describe.each(places)("killed at $name, a $kind product", ({ name, before, after }) => {
  test("gets its version after the restart, and no request is lost", async () => {
    const { world, first, end, wrong, users } = await withLive(before);
    world.faults.kill(`failpoint.${name}`, "before");
    const id = await world.push("shop", after);
    expect(await end(id)).toMatchObject({ status: "ready" });
    expect(world.starts).toBe(2);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, id]);
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
