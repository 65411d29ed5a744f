import { afterAll, beforeAll, expect, test } from "vitest";
import { BuildFailed } from "../../../server/ports/engine/images.ts";
import { createScratchEngine, never, type ScratchEngine, startBuild } from "../scratch-engine.ts";
import { createScratchRegistry, type ScratchRegistry } from "../scratch-registry.ts";
import { tinyRoot } from "../tiny-image.ts";

let scratch: ScratchEngine;
let registry: ScratchRegistry;
/** Whether the frontend that is built into this daemon is that of Docker 23 or newer. */
let isNewer: boolean;
beforeAll(async () => {
  scratch = await createScratchEngine({ builder: "buildkit" });
  registry = await createScratchRegistry(await tinyRoot());
  isNewer = Number.parseInt((await scratch.engine.info(never)).version, 10) >= 23;
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await scratch[Symbol.asyncDispose]();
});

/** The lines that a Dockerfile prints, or its error. */
async function outcomeOf(...instructions: readonly string[]): Promise<readonly string[] | string> {
  const dockerfile = `${[`FROM ${scratch.tiny.tag}`, ...instructions].join("\n")}\n`;
  const build = startBuild(scratch, { Dockerfile: dockerfile, "a.txt": "a text\n" });
  return build.result.then(
    () => build.lines,
    (failure: Error) => failure.message,
  );
}

test("a here-document is run as one script, or is a mistake to an engine that is too old", async () => {
  const outcome = await outcomeOf("RUN <<EOF", "what=script", 'echo "one $what"', "EOF");
  if (isNewer) expect(outcome).toEqual(["one script"]);
  else expect(outcome).toMatch(/^line 3 of the Dockerfile cannot be read \(unknown instruction: WHAT=SCRIPT\)/);
});

test("a here-document becomes a file, or is a mistake to an engine that is too old", async () => {
  const outcome = await outcomeOf("COPY <<EOF /told.txt", "told", "EOF", "RUN cat /told.txt");
  if (isNewer) expect(outcome).toEqual(["told"]);
  else expect(outcome).toMatch(/^line 3 of the Dockerfile cannot be read \(unknown instruction: TOLD\)/);
});

test("a linked copy is made, or its flag is unknown to an engine that is too old", async () => {
  const outcome = await outcomeOf("COPY --link a.txt /linked/", "RUN cat /linked/a.txt");
  if (isNewer) expect(outcome).toEqual(["a text"]);
  else expect(outcome).toMatch(/^line 2 of the Dockerfile cannot be read \(unknown flag: --link\)/);
});

test("mounts and a mode for copies are understood by every engine", async () => {
  const lines = await outcomeOf(
    "RUN --mount=type=bind,source=a.txt,target=/bound.txt cat /bound.txt",
    "RUN --mount=type=tmpfs,target=/scratch echo more > /scratch/more && cat /scratch/more",
    "COPY --chmod=755 a.txt /script",
    "RUN test -x /script && echo executable",
  );
  expect(lines).toEqual(["a text", "more", "executable"]);
});

test("the frontend of a `# syntax` line that cannot be had is named as what is missing", async () => {
  const frontend = `${registry.address}/base/none:7`;
  const dockerfile = `# syntax=${frontend}\nFROM ${scratch.tiny.tag}\nRUN echo never\n`;
  const failure = await startBuild(scratch, { Dockerfile: dockerfile }).result.catch((reason) => reason);
  expect(failure).toBeInstanceOf(BuildFailed);
  expect(failure).toMatchObject({ missingBase: frontend, step: null, exitCode: null });
  expect(failure.message).toMatch(/^the Dockerfile's "# syntax" line asks for it, and the registry has no such image/);
});
