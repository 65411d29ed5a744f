import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BuildFailed, PullFailed } from "../../server/ports/engine/images.ts";
import { createScratchEngine, never, type ScratchEngine, startBuild } from "./scratch-engine.ts";
import { createScratchRegistry, type ScratchRegistry } from "./scratch-registry.ts";
import { tinyRoot } from "./tiny-image.ts";

let registry: ScratchRegistry;
beforeAll(async () => {
  registry = await createScratchRegistry(await tinyRoot(["/bin/cat", "/bin/sleep", "/bin/echo"]));
});
afterAll(() => registry[Symbol.asyncDispose]());

/** Removes tags outside Baton's namespace, which the engine under test never removes. */
async function forget(reference: string): Promise<void> {
  await new Docker().getImage(reference).remove();
}

describe.each(["buildkit", "classic"] as const)("the %s builder", (builder) => {
  let scratch: ScratchEngine;
  beforeAll(async () => {
    scratch = await createScratchEngine({ builder });
  });
  afterAll(() => scratch[Symbol.asyncDispose]());

  async function failureOf(dockerfile: string): Promise<BuildFailed> {
    const error = await startBuild(scratch, { Dockerfile: dockerfile }).result.catch((reason) => reason);
    expect(error).toBeInstanceOf(BuildFailed);
    return error;
  }

  test("pulls a base image from a registry that wants an anonymous token", async () => {
    const build = startBuild(scratch, { Dockerfile: `FROM ${registry.address}/base/tiny:1\nRUN echo "from afar"\n` });
    await build.result;
    expect(build.lines).toContain("from afar");
    // The classic builder leaves the base image behind under its name.
    if (builder === "classic") await forget(`${registry.address}/base/tiny:1`);
    await new Docker()
      .getImage(`${registry.address}/base/tiny:1`)
      .remove()
      .catch(() => {});
  });

  test.each([
    ["base/none:7", /^the registry has no such image/],
    ["private/tiny:1", /^the registry requires credentials/],
  ])("names %s, which it cannot have, and why", async (name, why) => {
    const failure = await failureOf(`ARG NAME=${name}\nFROM ${registry.address}/${name}\nRUN echo never\n`);
    expect(failure.missingBase).toBe(`${registry.address}/${name}`);
    expect(failure.message).toMatch(why);
  });
});

describe("pulling", () => {
  let scratch: ScratchEngine;
  beforeAll(async () => {
    scratch = await createScratchEngine();
  });
  afterAll(() => scratch[Symbol.asyncDispose]());

  async function failureOf(reference: string): Promise<PullFailed> {
    const error = await scratch.engine.pull(reference, () => {}, never).catch((reason) => reason);
    expect(error).toBeInstanceOf(PullFailed);
    return error;
  }

  test("resolves with the image's id, and tells what happens to each layer once", async () => {
    const reference = `${registry.address}/base/tiny:1`;
    const lines: string[] = [];
    const id = await scratch.engine.pull(
      reference,
      (output) => output.type === "line" && lines.push(output.text),
      never,
    );

    expect(await scratch.engine.inspectImage(reference, never)).toMatchObject({ id, tags: [reference] });
    // Newer daemons still know the layers of an image that a build has pulled.
    const outcomes = ["Downloaded newer image", "Image is up to date"].map(
      (what) => `Status: ${what} for ${reference}`,
    );
    expect(outcomes).toContain(lines.at(-1));
    expect(new Set(lines).size).toBe(lines.length);
    await forget(reference);
  });

  test("tells an image without a tag that is not there from what is no name at all", async () => {
    expect(await failureOf(`${registry.address}/base/none`)).toMatchObject({ reason: "missing" });
    expect(await failureOf("Not/A/Name")).toMatchObject({ reason: "other" });
  });
});
