import Docker from "dockerode";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createScratchEngine, never, type ScratchEngine, startBuild } from "../../docker/scratch-engine.ts";
import { plannedService } from "../tree.ts";

let scratch: ScratchEngine;
/** Repositories may use this name; names of Baton's own images are refused. */
let tag: string;
beforeAll(async () => {
  scratch = await createScratchEngine({ builder: "classic" });
  tag = `somebody-${scratch.instance}/tiny:1`;
  await scratch.engine.tagImage(scratch.tiny.id, tag, never);
});
afterAll(async () => {
  await new Docker().getImage(tag).remove();
  await scratch[Symbol.asyncDispose]();
});

test("the classic builder leaves out what nothing needs, and finds stages by name and number", async () => {
  const text = `ARG WHO=stage
FROM ${tag} AS tests
RUN echo never >&2 && false
FROM ${tag} AS made
ARG WHO
RUN echo a $WHO > /by-number
FROM registry.no-such.example/image AS lint
FROM ${tag} AS last
COPY --from=1 /by-number /
COPY --from=made /by-number /by-name
RUN cat /by-name /by-number
FROM ${tag} AS after
RUN false
`;
  const { recipe } = await plannedService({
    Dockerfile: text,
    "baton.yaml": "stacks: { web: { target: last } }",
  });

  const build = startBuild(scratch, { Dockerfile: recipe.neededStages ?? "" }, { target: recipe.target });
  await build.result;

  expect(build.lines).toEqual(["a stage", "a stage"]);
  expect(build.steps.filter((step) => step.includes("false"))).toEqual([]);
  expect((await scratch.engine.info(never)).builder).toBe("classic");
});
