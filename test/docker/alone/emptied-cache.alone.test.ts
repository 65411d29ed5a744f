import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ContainerId } from "../../../server/model/names/ids.ts";
import { freeSubnet } from "../free-subnet.ts";
import {
  containerRequest,
  createScratchEngine,
  never,
  owner,
  type ScratchEngine,
  startBuild,
} from "../scratch-engine.ts";

let scratch: ScratchEngine;
let network: string;
beforeAll(async () => {
  scratch = await createScratchEngine({ builder: "buildkit" });
  network = `baton-${scratch.instance}-net`;
  await scratch.engine.createNetwork({ name: network, subnet: await freeSubnet(scratch.engine), owner }, never);
});
afterAll(() => scratch[Symbol.asyncDispose]());

test("every image that has a tag is whole after the build cache was emptied", async () => {
  const { engine, tiny } = scratch;
  const running = await build(tiny.tag, "echo running > /first", "echo running > /second");
  const kept = await build(tiny.tag, "echo kept > /first", "echo kept > /second");
  const released = await build(tiny.tag, "echo released > /first", "echo released > /second");
  const container = await run(running.tag);
  await engine.removeTag(released.tag, never);

  expect(await engine.pruneBuildCache({ keepBytes: 0, unusedForMs: 3_600_000 }, never)).toBe(0);
  expect(await engine.pruneBuildCache({ keepBytes: 0, unusedForMs: 1_000 }, never)).toBeGreaterThan(0);
  await engine.pruneBuildCache({ keepBytes: 0 }, never);

  const tags = (await engine.listImages(never)).flatMap((image) => image.tags);
  expect(new Set(tags)).toEqual(new Set([tiny.tag, running.tag, kept.tag]));
  expect(await engine.inspectContainer(container, never)).toMatchObject({ status: "running" });
  expect(await engine.inspectContainer(await run(kept.tag), never)).toMatchObject({ status: "running" });
  expect((await build(kept.tag, "cat /first /second")).lines).toEqual(["kept", "kept"]);
  expect((await build(tiny.tag, "echo anew")).lines).toEqual(["anew"]);
});

async function build(base: string, ...steps: readonly string[]) {
  const tag = `baton-${scratch.instance}/app:${randomBytes(4).toString("hex")}`;
  const dockerfile = [`FROM ${base}`, ...steps.map((step) => `RUN ${step}`)].join("\n");
  const { result, outputs } = startBuild(scratch, { Dockerfile: dockerfile }, { tag });
  await result;
  return { tag, lines: outputs.flatMap((output) => (output.type === "line" ? [output.text] : [])) };
}

async function run(tag: string): Promise<ContainerId> {
  const image = await scratch.engine.inspectImage(tag, never);
  if (image === null) throw new Error(`there is no image ${tag}`);
  const request = containerRequest(scratch, network, { image: image.id });
  const id = await scratch.engine.createContainer(request, never);
  await scratch.engine.startContainer(id, never);
  return id;
}
