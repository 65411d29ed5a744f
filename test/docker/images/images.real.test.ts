import { PassThrough } from "node:stream";
import Docker from "dockerode";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createScratchEngine, never, type ScratchEngine } from "../scratch-engine.ts";
import { tinyRoot } from "../tiny-image.ts";

let scratch: ScratchEngine;
beforeAll(async () => {
  scratch = await createScratchEngine();
});
afterAll(() => scratch[Symbol.asyncDispose]());

test("an imported image has the tag and what the changes say", async () => {
  const { engine, instance } = scratch;
  const tag = `baton-${instance}/base/thing:1.2`;
  const id = await engine.importImage(await tinyRoot(), tag, ["USER 12", "EXPOSE 80/tcp", 'ENV A="b c"'], never);
  expect(await engine.inspectImage(tag, never)).toMatchObject({
    id,
    tags: [tag],
    user: "12",
    exposedPorts: [{ port: 80, protocol: "tcp" }],
  });
  expect((await engine.listImages(never)).flatMap((image) => image.tags)).toContain(tag);
});

test("the daemon says what its images, containers, volumes and build cache take up", async () => {
  const usage = await scratch.engine.diskUsage(never);
  expect(usage.imagesBytes).toBeGreaterThan(0);
  const { imagesBytes, containersBytes, volumesBytes, buildCacheBytes, unusedCacheBytes } = usage;
  for (const bytes of [imagesBytes, containersBytes, volumesBytes, buildCacheBytes, unusedCacheBytes]) {
    expect(bytes).toBeGreaterThanOrEqual(0);
  }
});

test("an import whose stream breaks off rejects with the stream's own error", async () => {
  const tar = new PassThrough();
  const importing = scratch.engine.importImage(tar, `baton-${scratch.instance}/broken:1`, [], never);
  const broken = new Error("the download broke off");
  tar.write(Buffer.alloc(512));
  tar.destroy(broken);
  await expect(importing).rejects.toBe(broken);
});

test("only volumes with the instance's label are listed and removed", async () => {
  const { engine, instance } = scratch;
  const docker = new Docker();
  const [ours, foreign] = [`baton-${instance}-data`, `foreign-${instance}`];
  await docker.createVolume({ Name: ours, Labels: { "baton.instance": instance } });
  await docker.createVolume({ Name: foreign });
  try {
    expect(await engine.listVolumes(never)).toEqual([ours]);
    await engine.removeVolume(ours, never);
    await engine.removeVolume(ours, never);
    await engine.removeVolume(foreign, never);
    expect(await engine.listVolumes(never)).toEqual([]);
    expect(await docker.getVolume(foreign).inspect()).toMatchObject({ Name: foreign });
  } finally {
    await docker.getVolume(foreign).remove();
  }
});

test("the daemon says what it is", async () => {
  expect(await scratch.engine.info(never)).toMatchObject({
    apiVersion: expect.stringMatching(/^1\.\d+$/),
    builder: "buildkit",
  });
});
