import { expect, test } from "vitest";
import { plain } from "../products.ts";
import { withLive } from "../scene.ts";

const little = 300 * 1000 ** 2;

test("with too little room on the disk a push fails with the numbers, and the live version stays", async () => {
  const { world, first, end, wrong } = await withLive(plain());
  world.disk.freeBytes = little;
  const id = await world.push("shop", plain({ prints: ["v2"] }));
  expect(await end(id)).toMatchObject({
    status: "failed",
    failure: {
      stage: "fetch",
      message: "the disk is nearly full: 300 MB of 107 GB are free at /srv/baton, and fetching needs at least 1.1 GB",
      hint: expect.stringContaining("The System page says what takes the space."),
    },
  });
  expect(world.docker.builds.begun).toBe(1);
  expect((await world.product("shop")).installation.liveDeploymentId).toBe(first);
  expect(await wrong()).toEqual([]);
});

test("a version whose images exist is deployed again although the disk is nearly full", async () => {
  const { world, first, end, wrong } = await withLive(plain());
  await world.pass(11_000);
  world.disk.freeBytes = little;
  const source = await world.deployment(first);
  const asked = await world.ask((commands) => commands.redeploy(source, "then", "ada", new AbortController().signal));
  if (asked.type !== "queued") throw new Error(JSON.stringify(asked));
  expect(await end(asked.deployment.id)).toMatchObject({ status: "ready" });
  expect(await wrong()).toEqual([]);
});

test("when there is room again, the next push is deployed", async () => {
  const { world, end, wrong } = await withLive(plain());
  world.disk.freeBytes = little;
  await end(await world.push("shop", plain({ prints: ["v2"] })));
  world.disk.freeBytes = 40 * 1024 ** 3;
  expect(await end(await world.push("shop", plain({ prints: ["v3"] })))).toMatchObject({ status: "ready" });
  expect(await wrong()).toEqual([]);
});
