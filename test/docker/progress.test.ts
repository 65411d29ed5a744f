import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { errorOf } from "../../server/docker/build/build-progress.ts";
import { createBuildkitProgress } from "../../server/docker/build/buildkit-progress.ts";
import { createClassicProgress } from "../../server/docker/build/classic-progress.ts";
import type { ProgressMessage } from "../../server/docker/build/json-stream.ts";
import { createPullProgress } from "../../server/docker/images/pull-progress.ts";
import type { BuildOutput } from "../../server/ports/engine/images.ts";

interface VertexFacts {
  readonly digest: string;
  readonly name: string;
  readonly cached?: boolean;
  readonly started?: boolean;
  readonly completed?: boolean;
  readonly error?: string;
}

/** A StatusResponse as BuildKit would send it, with fields that Baton reads and some that it must skip. */
function trace(
  vertexes: readonly VertexFacts[],
  logs: readonly [digest: string, stream: number, text: Buffer | string][] = [],
) {
  const writer = new BinaryWriter();
  const time = (field: number) => writer.tag(field, 2).fork().tag(1, 0).int64(1_700_000_000).tag(2, 0).int32(5).join();
  for (const vertex of vertexes) {
    writer
      .tag(1, 2)
      .fork()
      .tag(1, 2)
      .string(vertex.digest)
      .tag(2, 2)
      .string("sha256:input")
      .tag(3, 2)
      .string(vertex.name);
    if (vertex.cached) writer.tag(4, 0).bool(true);
    if (vertex.started) time(5);
    if (vertex.completed) time(6);
    if (vertex.error) writer.tag(7, 2).string(vertex.error);
    writer.join();
  }
  writer.tag(2, 2).fork().tag(1, 2).string("exporting layers").join();
  for (const [digest, stream, text] of logs) {
    writer.tag(3, 2).fork().tag(1, 2).string(digest);
    time(2);
    writer.tag(3, 0).int64(stream).tag(4, 2).bytes(Buffer.from(text)).join();
  }
  return { id: "moby.buildkit.trace", aux: Buffer.from(writer.finish()).toString("base64") };
}

describe("BuildKit's progress", () => {
  function follow(...messages: ProgressMessage[]) {
    const outputs: BuildOutput[] = [];
    const progress = createBuildkitProgress((output) => outputs.push(output));
    for (const message of messages) progress.read(message);
    progress.end();
    return { outputs, progress };
  }
  const run = { digest: "sha256:b", name: "[2/2] RUN npm ci" };

  test("tells a step once, when it starts, and nothing of the builder's own", () => {
    const { outputs } = follow(
      trace([{ digest: "sha256:i", name: "[internal] load metadata for docker.io/library/node:22", started: true }]),
      trace([{ digest: "sha256:c", name: "copy /context /", started: true, completed: true }]),
      trace([{ digest: "sha256:a", name: "[1/2] FROM docker.io/library/node:22" }, run]),
      trace([
        {
          digest: "sha256:a",
          name: "[1/2] FROM docker.io/library/node:22",
          started: true,
          completed: true,
          cached: true,
        },
      ]),
      trace([{ ...run, started: true }]),
      trace([{ ...run, started: true, completed: true }]),
    );
    expect(outputs).toEqual([
      { type: "step", name: "[1/2] FROM docker.io/library/node:22", cached: true },
      { type: "step", name: "[2/2] RUN npm ci", cached: false },
    ]);
  });

  test("leaves the digest out that containerd's store adds to a base image", () => {
    const name = `[1/2] FROM docker.io/library/node:22@sha256:${"a".repeat(64)}`;
    const { outputs } = follow(trace([{ digest: "sha256:a", name, started: true }]));
    expect(outputs).toEqual([{ type: "step", name: "[1/2] FROM docker.io/library/node:22", cached: false }]);
  });

  test("names a registry that does not answer for a while, and none that does", () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const lines: string[] = [];
    const progress = createBuildkitProgress((output) => void (output.type === "line" && lines.push(output.text)));
    const asking = (name: string, completed = false) =>
      progress.read(trace([{ digest: name, name: `[internal] load metadata for ${name}`, started: true, completed }]));
    const silent = `docker.io/library/node:22@sha256:${"a".repeat(64)}`;
    asking("docker.io/library/quick:1");
    asking(silent);
    asking(silent);
    vi.advanceTimersByTime(2_999);
    asking("docker.io/library/quick:1", true);
    expect(lines).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(lines).toEqual(["Waiting for the registry of node:22"]);
    asking("registry.test/late:1");
    progress.end();
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
  });

  test("puts lines together again, each stream of each step for itself", () => {
    const euro = Buffer.from("€\n");
    const { outputs } = follow(
      trace(
        [{ ...run, started: true }],
        [
          ["sha256:b", 1, "added "],
          ["sha256:b", 2, "warn"],
        ],
      ),
      trace(
        [],
        [
          ["sha256:x", 1, "other\n"],
          ["sha256:b", 1, euro.subarray(0, 1)],
        ],
      ),
      trace([{ ...run, started: true, completed: true }], [["sha256:b", 1, euro.subarray(1)]]),
    );
    expect(outputs.slice(1)).toEqual(["other", "added €", "warn"].map((text) => ({ type: "line", text })));
  });

  test("blames the step that failed, not those that it stopped", () => {
    const error = "executor failed running [/bin/sh -c npm ci]: exit code: 1";
    const { progress } = follow(
      trace([
        {
          digest: "sha256:s",
          name: "[other 2/2] RUN sleep 9",
          started: true,
          completed: true,
          error: "context canceled",
        },
      ]),
      trace([{ ...run, started: true, completed: true, error }]),
    );
    expect(errorOf({ errorDetail: { message: error }, error }, progress)).toEqual({
      message: error,
      exitCode: null,
      step: run.name,
    });
  });

  test("tells an internal step when it is the one that failed", () => {
    const name = "[internal] load metadata for docker.io/library/node:22";
    const { outputs } = follow(
      trace([{ digest: "sha256:i", name, started: true, completed: true, error: "not found" }]),
    );
    expect(outputs).toEqual([{ type: "step", name, cached: false }]);
  });

  test("knows that there is an image only when the engine says so; a trace that is garbled does no harm", () => {
    expect(follow({ id: "moby.buildkit.trace", aux: "/////w==" }).progress.built).toBe(false);
    expect(follow({ id: "moby.image.id", aux: { ID: "sha256:0" } }).progress.built).toBe(true);
  });
});

describe("the classic builder's progress", () => {
  function follow(...streams: string[]) {
    const outputs: BuildOutput[] = [];
    const progress = createClassicProgress((output) => outputs.push(output));
    for (const stream of streams) progress.read({ stream });
    progress.end();
    return { outputs, progress };
  }

  test.each([
    ["Docker 20.10", "Removing intermediate container b69e13f364c7\n"],
    ["Docker 26", " ---> Removed intermediate container b69e13f364c7\n"],
  ])("is reported as BuildKit's is, without the builder's remarks, in the words of %s", (_, removal) => {
    const { outputs, progress } = follow(
      "Step 1/3 : FROM node:22",
      "\n",
      " ---> 459bf7241976\n",
      "Step 2/3 : COPY . .",
      "\n",
      " ---> Using cache\n",
      " ---> 3a0a4346b8c8\n",
      "Step 3/3 : RUN npm ci",
      "\n",
      " ---> Running in b69e13f364c7\n",
      "added 3 ",
      "\u001b[91mnpm warn\n\u001b[0m",
      "packages\n",
      "Step 9/9 : an app may print what it likes\n",
      "no newline",
      removal,
      " ---> ab5aaf850bb7\n",
      "Successfully built ab5aaf850bb7\n",
    );
    expect(outputs).toEqual([
      { type: "step", name: "[1/3] FROM node:22", cached: false },
      { type: "step", name: "[2/3] COPY . .", cached: true },
      { type: "step", name: "[3/3] RUN npm ci", cached: false },
      ...["npm warn", "added 3 packages", "Step 9/9 : an app may print what it likes", "no newline"].map((text) => ({
        type: "line",
        text,
      })),
    ]);
    expect(progress.built).toBe(true);
    expect(progress.stepOf("any")).toBe("[3/3] RUN npm ci");
  });

  test("has no image before the engine says so", () => {
    expect(follow("Step 1/1 : FROM node:22", "\n", " ---> 459bf7241976\n").progress.built).toBe(false);
  });
});

test("a pull tells what happens to each layer, but not every step of its bar", () => {
  const lines: unknown[] = [];
  const progress = createPullProgress((output) => lines.push(output.type === "line" && output.text));
  const messages = ["Pulling fs layer", "Downloading", "Downloading", "Downloading", "Pull complete"];
  for (const status of messages) progress.read({ id: "0a1b", status });
  expect(progress.complete).toBe(false);
  progress.read({ status: "Status: Downloaded newer image for node:22" });
  expect(progress.complete).toBe(true);
  expect(lines).toEqual([
    "0a1b: Pulling fs layer",
    "0a1b: Downloading",
    "0a1b: Pull complete",
    "Status: Downloaded newer image for node:22",
  ]);
});
