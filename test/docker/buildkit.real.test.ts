import { randomUUID } from "node:crypto";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createScratchEngine, never, type ScratchEngine, startBuild } from "./scratch-engine.ts";

let scratch: ScratchEngine;
beforeAll(async () => {
  scratch = await createScratchEngine({ builder: "buildkit" });
});
afterAll(() => scratch[Symbol.asyncDispose]());

describe("the secrets of a build", () => {
  it("are there for the command that mounts them, whatever is in them, and nowhere in the image", async () => {
    const secret = `sëcret "${randomUUID()}"\n$(x) ${"long ".repeat(40_000)}end`;
    const tag = `baton-${scratch.instance}/secrets:1`;
    const build = startBuild(
      scratch,
      {
        Dockerfile: `FROM ${scratch.tiny.tag}\nRUN --mount=type=secret,id=TOKEN x="$(cat /run/secrets/TOKEN)" && echo "length \${#x}"\n`,
      },
      { tag, secrets: { TOKEN: secret } },
    );
    await build.result;
    // Some shells count bytes, others characters.
    const length = Number(/length (\d+)/.exec(build.lines.join("\n"))?.[1]);
    expect([secret.length, Buffer.byteLength(secret)]).toContain(length);
    const history = await new Docker().getImage(tag).history();
    expect(JSON.stringify(history)).not.toContain("sëcret");
  });

  it("that a build was not given are not there", async () => {
    const build = startBuild(
      scratch,
      { Dockerfile: `FROM ${scratch.tiny.tag}\nRUN --mount=type=secret,id=OTHER cat /run/secrets/OTHER\n` },
      { secrets: { TOKEN: "x" } },
    );
    await expect(build.result).rejects.toMatchObject({ exitCode: 1 });
  });
});

describe("a stage that the built one does not need", () => {
  it("is not built, and its base image is not looked for", async () => {
    const unused = "FROM 127.0.0.1:1/nowhere:1 AS unused\nRUN false";
    const build = startBuild(scratch, { Dockerfile: `${unused}\nFROM ${scratch.tiny.tag}\nRUN echo needed\n` });
    await build.result;
    expect(build.lines).toEqual(["needed"]);
  });
});

describe("the build cache", () => {
  it("is left alone while it is smaller and younger than its limits", async () => {
    // The daemon is shared, so a test must not empty its cache.
    expect(await scratch.engine.pruneBuildCache({ keepBytes: 2 ** 50 }, never)).toBe(0);
    const unusedForMs = 3_650 * 24 * 3_600_000;
    expect(await scratch.engine.pruneBuildCache({ keepBytes: 0, unusedForMs }, never)).toBe(0);
  });
});
