import { PassThrough } from "node:stream";
import Docker from "dockerode";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freeSubnet } from "../free-subnet.ts";
import { containerRequest, createScratchEngine, never, owner, type ScratchEngine } from "../scratch-engine.ts";
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
  for (const bytes of Object.values(usage)) expect(bytes).toBeGreaterThanOrEqual(0);
});

test("an import whose stream breaks off rejects with the stream's own error", async () => {
  const tar = new PassThrough();
  const importing = scratch.engine.importImage(tar, `baton-${scratch.instance}/broken:1`, [], never);
  const broken = new Error("the download broke off");
  tar.write(Buffer.alloc(512));
  tar.destroy(broken);
  await expect(importing).rejects.toBe(broken);
});

test("an image stays as long as it has a tag, and its last tag as long as a container uses it", async () => {
  const { engine, instance, tiny } = scratch;
  const [one, two] = [`baton-${instance}/x:1`, `baton-${instance}/x:2`];
  const id = await engine.importImage(await tinyRoot(["/bin/true"]), one, ["CMD true"], never);
  await engine.tagImage(id, two, never);
  await engine.removeTag(one, never);
  expect(await engine.inspectImage(one, never)).toBeNull();
  expect(await engine.inspectImage(id, never)).toMatchObject({ id, tags: [two] });

  const network = `baton-${instance}-net`;
  await engine.createNetwork({ name: network, subnet: await freeSubnet(engine), owner }, never);
  const container = await engine.createContainer(containerRequest(scratch, network, { image: id }), never);
  await engine.removeTag(two, never);
  expect(await engine.inspectImage(two, never)).toMatchObject({ id });
  await engine.removeContainer(container, never);
  await engine.removeTag(two, never);
  await engine.removeTag(two, never);
  expect(await engine.inspectImage(id, never)).toBeNull();
  expect(await engine.inspectImage(tiny.tag, never)).toMatchObject({ id: tiny.id });
});

test("tags of others are neither listed nor removed", async () => {
  const { engine, instance, tiny } = scratch;
  const foreign = `somebody-${instance}/tiny:1`;
  await engine.tagImage(tiny.id, foreign, never);
  try {
    expect((await engine.listImages(never)).flatMap((image) => image.tags)).not.toContain(foreign);
    await expect(engine.removeTag(foreign, never)).rejects.toThrow(/not a tag of this Baton's/);
  } finally {
    await new Docker().getImage(foreign).remove();
  }
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
