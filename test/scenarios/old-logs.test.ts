import { expect, test } from "vitest";
import { plain } from "./products.ts";
import { withLive } from "./scene.ts";

const hourMs = 60 * 60_000;
const removed = "Its log was removed: Baton keeps logs for 1 day, of 2 deployments at most";

test("logs of old deployments are removed, but never those of the live version and of versions that can be made live", async () => {
  const { world, first, end } = await withLive(plain(), { keepVersions: 2, logRetention: { days: 1, deployments: 2 } });
  const later = [];
  for (const version of ["v2", "v3", "v4"]) {
    const id = await world.push("shop", plain({ prints: [version] }));
    await end(id);
    later.push(id);
  }
  await world.pass(2 * hourMs);
  const hasLog = async (id: typeof first) => !(await world.log(id)).includes(removed);
  expect(await Promise.all([first, ...later].map(hasLog))).toEqual([false, false, true, true]);
  expect(await world.status(first)).toBe("ready");
});
