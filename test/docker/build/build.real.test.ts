import { readdir, readFile } from "node:fs/promises";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BuildFailed } from "../../../server/ports/engine/images.ts";
import { eventually } from "../eventually.ts";
import { createScratchEngine, never, type ScratchEngine, startBuild } from "../scratch-engine.ts";

async function failureOf(result: Promise<unknown>): Promise<BuildFailed> {
  const error = await result.then(
    () => null,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(BuildFailed);
  return error;
}

/** The command lines of all processes on this host. */
async function processes(): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
}

/** Lists all containers of an image, because those of the classic builder have no label. */
function containersOf(image: string): Promise<unknown[]> {
  return new Docker().listContainers({ all: true, filters: { ancestor: [image] } });
}

/** A duration that no other sleep on this host has, so that the process can be found by it. */
function uniqueSeconds(): string {
  return String(100_000 + Math.floor(Math.random() * 900_000));
}

describe.each(["buildkit", "classic"] as const)("the %s builder", (builder) => {
  let scratch: ScratchEngine;
  beforeAll(async () => {
    scratch = await createScratchEngine({ builder });
  });
  afterAll(() => scratch[Symbol.asyncDispose]());

  test("makes an image with the tag and this Baton's label, and tells steps and lines as they happen", async () => {
    const tag = `baton-${scratch.instance}/made:7`;
    const build = startBuild(
      scratch,
      {
        Dockerfile: `FROM ${scratch.tiny.tag}\nCOPY a.txt /\nRUN cat /a.txt && echo érr >&2\nUSER 7\nEXPOSE 3000 53/udp\n`,
        "a.txt": "hëllo\nno newline",
      },
      { tag },
    );
    const id = await build.result;

    const image = await scratch.engine.inspectImage(tag, never);
    expect(image).toMatchObject({ id, tags: [tag], user: "7" });
    expect(image?.exposedPorts).toHaveLength(2);
    const { Config: config } = await new Docker().getImage(tag).inspect();
    expect(config.Labels).toMatchObject({ "baton.instance": scratch.instance });
    // The image names no deployment, because the same files must give the same image.
    expect(config.Labels).not.toHaveProperty(["baton.deployment"]);
    expect((await scratch.engine.listImages(never)).map((one) => one.id)).toContain(id);
    expect(build.steps).toContainEqual(expect.stringMatching(/^\[3\/\d\] RUN cat \/a\.txt && echo érr >&2$/));
    expect(build.lines).toEqual(expect.arrayContaining(["hëllo", "no newline", "érr"]));
    expect(build.steps.filter((step) => step.includes("internal"))).toEqual([]);
  });

  test("builds the stage that is asked for, with the arguments", async () => {
    const stages = "ARG WHO\nRUN echo hello $WHO\nFROM first\nRUN echo second";
    const files = { "docker/Dockerfile": `FROM ${scratch.tiny.tag} AS first\n${stages}\n` };
    const build = startBuild(scratch, files, {
      dockerfile: "docker/Dockerfile",
      target: "first",
      args: { WHO: `you ${uniqueSeconds()}` },
    });
    await build.result;
    expect(build.lines).toContainEqual(expect.stringMatching(/^hello you \d+$/));
    expect(build.lines).not.toContain("second");
  });

  test("says that a step was cached", async () => {
    const files = { Dockerfile: `FROM ${scratch.tiny.tag}\nRUN echo ${uniqueSeconds()}\n` };
    await startBuild(scratch, files).result;
    const again = startBuild(scratch, files);
    await again.result;
    expect(again.outputs).toContainEqual({ type: "step", name: expect.stringContaining("RUN echo"), cached: true });
  });

  test("names the command that failed and its exit code", async () => {
    const build = startBuild(scratch, { Dockerfile: `FROM ${scratch.tiny.tag}\nRUN echo before && \\\n  exit 3\n` });
    const failure = await failureOf(build.result);
    expect(failure).toMatchObject({ step: "echo before &&   exit 3", exitCode: 3, missingBase: null });
    expect(build.lines).toContain("before");
  });

  test("names a base image that no registry has", async () => {
    const failure = await failureOf(startBuild(scratch, { Dockerfile: "FROM 127.0.0.1:1/nope:1\n" }).result);
    expect(failure).toMatchObject({ missingBase: "127.0.0.1:1/nope:1", step: null, exitCode: null });
    expect(failure.message).toMatch(/^no registry responded/);
  });

  test("says what is wrong with a Dockerfile that cannot be parsed, however large the context is", async () => {
    const files = { Dockerfile: `FROM ${scratch.tiny.tag}\nRUM echo\n`, big: Buffer.alloc(20_000_000) };
    const failure = await failureOf(startBuild(scratch, files).result);
    expect(failure.message).toBe("line 2 of the Dockerfile cannot be read (unknown instruction: RUM)");
    expect(failure).toMatchObject({ step: null, exitCode: null, missingBase: null });
  });

  test("names the instruction whose file is not in the context, and puts the engine's words into the log", async () => {
    const build = startBuild(scratch, { Dockerfile: `FROM ${scratch.tiny.tag}\nCOPY nope.txt /\n` });
    const failure = await failureOf(build.result);
    expect(failure).toMatchObject({ step: "COPY nope.txt /", exitCode: null, missingBase: null });
    expect(build.lines.at(-1)).toBe(failure.message);
  });

  test("is over when it is aborted: no process is left on the host", async () => {
    const seconds = uniqueSeconds();
    const abort = new AbortController();
    const reason = new Error("cancelled");
    const isRunning = async () => (await processes()).some((line) => line === `sleep\0${seconds}\0`);

    const files = { Dockerfile: `FROM ${scratch.tiny.tag}\nRUN sleep ${seconds}\n` };
    const build = startBuild(scratch, files, {}, abort.signal);
    try {
      await eventually(async () => expect(await isRunning()).toBe(true));
    } finally {
      abort.abort(reason);
    }
    await expect(build.result).rejects.toBe(reason);
    await eventually(async () => {
      expect(await isRunning()).toBe(false);
      expect(await containersOf(scratch.tiny.id)).toEqual([]);
    }, 5_000);
  });

  test("keeps a flood of output on one line small", async () => {
    const build = startBuild(scratch, {
      Dockerfile: `FROM ${scratch.tiny.tag}\nRUN a=aaaaaaaaaaaaaaaa; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do a=$a$a; done; echo $a; echo end\n`,
    });
    await build.result;
    const long = build.lines.find((line) => line.startsWith("aaaa")) ?? "";
    expect(long).toMatch(/a … \(line cut, \d+ bytes left out\)$/);
    expect(long.length).toBeLessThan(17_000);
  });
});

test("BuildKit's cache mounts are shared within a namespace, and only there", async () => {
  await using scratch = await createScratchEngine({ builder: "buildkit" });
  const linesIn = async (cacheNamespace: string) => {
    const touch = `cat /c/mark || echo empty; echo marked > /c/mark; echo ${uniqueSeconds()}`;
    const dockerfile = `FROM ${scratch.tiny.tag}\nRUN --mount=type=cache,target=/c ${touch}\n`;
    const build = startBuild(scratch, { Dockerfile: dockerfile }, { cacheNamespace });
    await build.result;
    return build.lines;
  };
  expect(await linesIn(`${scratch.instance}-1`)).toContain("empty");
  expect(await linesIn(`${scratch.instance}-1`)).toContain("marked");
  expect(await linesIn(`${scratch.instance}-2`)).toContain("empty");
});
