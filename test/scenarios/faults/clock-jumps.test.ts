import { expect, test } from "vitest";
import { plain } from "../products.ts";
import { usualFailpoints, withLive } from "../scene.ts";

const hourMs = 60 * 60_000;
const next = { prints: ["another version"] };
/** Only a version with an init service, or one that replaces a service in place, reaches the others. */
const places = usualFailpoints.filter((name) => !["backed-up", "initialised", "held", "old-stopped"].includes(name));

test.each(places.flatMap((name) => [[name, hourMs] as const, [name, -hourMs] as const]))(
  "a clock that jumps at %s by %i ms fails no deployment, and cuts no user off",
  async (name, ms) => {
    const { world, first, end, wrong, users } = await withLive(plain());
    world.faults.before(`failpoint.${name}`, () => world.clock.jump(ms));
    const id = await world.push("shop", plain(next));
    expect(await end(id)).toMatchObject({ status: "ready" });
    expect(world.starts).toBe(1);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, id]);
  },
);

test.each([hourMs, -hourMs])(
  "a clock that jumps by %i ms during a check takes no time from the app, and gives it none",
  async (ms) => {
    const { world, end, wrong } = await withLive(plain());
    const beganMs = world.clock.monotonicMs();
    world.faults.before("failpoint.started", () => world.clock.jump(ms));
    const id = await world.push("shop", plain({ ...next, port: null }));
    expect(await end(id)).toMatchObject({ status: "failed", failure: { stage: "health" } });
    const tookMs = world.clock.monotonicMs() - beganMs;
    expect(tookMs).toBeGreaterThanOrEqual(90_000);
    expect(tookMs).toBeLessThan(92_000);
    expect(await wrong()).toEqual([]);
  },
);
