import { describe, expect, test } from "vitest";
import { BuildFailed } from "../../../server/ports/engine/images.ts";
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

describe("a disk that is full", () => {
  const cached = 3 * 1000 ** 3;
  const limit = { buildCacheBytes: 10 * 1000 ** 3 };
  const version = (text: string) => plain({ prints: [text] });

  test("of build cache is made room on before a build, and the push goes live", async () => {
    const { world, end, wrong } = await withLive(plain(), limit);
    world.disk.freeBytes = little;
    world.docker.cache.unusedBytes = cached;
    const id = await world.push("shop", version("v2"));
    expect(await end(id)).toMatchObject({ status: "ready" });
    expect(await world.log(id)).toContain("To make room on the disk, Baton has removed 3.0 GB of build cache");
    expect(await wrong()).toEqual([]);
  });

  test("in a build has room again when the deployment has failed, which says what was removed", async () => {
    const { world, first, end, wrong } = await withLive(plain(), limit);
    world.docker.cache.unusedBytes = cached;
    world.faults.fail("engine.build", () => new BuildFailed("write /app/big: no space left on device", {}));
    const id = await world.push("shop", version("v2"));
    expect(await end(id)).toMatchObject({
      status: "failed",
      failure: {
        stage: "build",
        hint: expect.stringContaining("Baton has removed 3.0 GB of build cache: deploy again."),
      },
    });
    expect(await world.log(id)).toContain("To make room on the disk, Baton has removed 3.0 GB of build cache");
    expect((await world.product("shop")).installation.liveDeploymentId).toBe(first);
    expect(world.docker.cache.unusedBytes).toBe(0);
    expect(await end(await world.push("shop", version("v3")))).toMatchObject({ status: "ready" });
    expect(await wrong()).toEqual([]);
  });

  test("of what must stay keeps all of it", async () => {
    const { world, end, wrong } = await withLive(plain());
    world.docker.cache.unusedBytes = cached;
    const images = world.docker.images.size;
    world.faults.fail("engine.build", () => new BuildFailed("no space left on device", {}));
    expect(await end(await world.push("shop", version("v2")))).toMatchObject({
      status: "failed",
      failure: { hint: expect.stringContaining("Baton found nothing that is safe to remove. Free some space") },
    });
    expect([world.docker.cache.unusedBytes, world.docker.images.size]).toEqual([cached, images]);
    expect(await wrong()).toEqual([]);
  });

  test("is made room on later when Docker does not add up, and when the server dies meanwhile", async () => {
    const { world, end, wrong } = await withLive(plain(), limit);
    world.docker.cache.unusedBytes = cached;
    world.faults.fail("engine.build", () => new BuildFailed("no space left on device", {}));
    world.faults.fail("engine.diskUsage", () => new Error("Docker did not respond within 20 s."));
    world.faults.kill("engine.pruneBuildCache", "before");
    // The build starts over after the restart.
    expect(await end(await world.push("shop", version("v2")))).toMatchObject({ status: "ready" });
    await world.pass(60_000);
    expect(world.docker.cache.unusedBytes).toBe(0);
    expect(await wrong()).toEqual([]);
  });
});
