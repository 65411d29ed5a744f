import { describe, expect, it } from "vitest";
import { readDockerfile } from "../../../builder/dockerfile/dockerfile.ts";
import { neededStages } from "../../../builder/dockerfile/needed-stages.ts";
import { plannedService } from "../tree.ts";

/**
 * The Dockerfile that is sent to a builder which builds every stage it finds; the original when all stages are needed.
 */
function sent(lines: readonly string[], target: string | null = null): readonly string[] {
  const text = lines.join("\n");
  return (neededStages(text, readDockerfile(text, target).needed) ?? text).split("\n");
}

const [tests, build] = [
  ["FROM node AS tests", "# as in CI", "RUN npm test \\", "  --ci"],
  ["FROM node AS build", "RUN npm run build"],
];
const nothing = ["FROM scratch", "", "", ""];

describe("a Dockerfile for a builder that makes every stage it finds", () => {
  it("stays as it is where all stages are needed", () => {
    const text = "ARG V\nFROM node AS build\nFROM nginx\nCOPY --from=build /a /b\n";
    expect(neededStages(text, readDockerfile(text, null).needed)).toBeNull();
  });

  it("loses the stages that nothing is made of, and no line number", () => {
    const last = ["FROM nginx", "COPY --from=build /dist /srv"];
    expect(sent([...tests, ...build, ...last])).toEqual([...nothing, ...build, ...last]);
  });

  it("keeps what comes before the first stage: the syntax line and the arguments", () => {
    const head = ["# syntax=docker/dockerfile:1", "ARG BASE=node"];
    expect(sent([...head, ...tests, "FROM nginx"])).toEqual([...head, ...nothing, "FROM nginx"]);
  });

  it("keeps the stages that a stage is built on, by a name that an argument holds and in another case", () => {
    const lines = [
      "ARG FROM_STAGE=Base",
      "FROM a AS base",
      "RUN one",
      "FROM b AS other",
      `FROM $\{FROM_STAGE} AS last`,
    ];
    expect(sent(lines)).toEqual(lines.with(3, "FROM scratch"));
  });

  it("keeps a stage that is named by its number, at that number", () => {
    const last = ["FROM nginx", "COPY --from=1 /dist /srv"];
    expect(sent([...tests, ...build, ...last])).toEqual([...nothing, ...build, ...last]);
  });

  it("keeps what stages are made of that are needed only by another", () => {
    const lines = ["FROM a AS one", "FROM one AS two", "FROM b AS three", "FROM c", "COPY --from=two /a /a"];
    expect(sent(lines)).toEqual(lines.with(2, "FROM scratch"));
  });

  it("keeps a stage that files come from in images which are built on the result", () => {
    const lines = ["FROM a AS tools", "FROM b", "ONBUILD COPY --from=tools /a /a"];
    expect(sent(lines)).toEqual(lines);
  });

  it("ends with the stage that is asked for", () => {
    const [, from] = [...build];
    expect(sent([...tests, ...build, "FROM nginx", "COPY --from=tests /a /a"], "build")).toEqual([
      ...nothing,
      "FROM node AS build",
      from,
      "FROM scratch",
      "",
    ]);
  });

  it("has no stage where a here-document holds the word", () => {
    const lines = ["FROM a", "RUN <<EOF", "FROM b", "EOF"];
    expect(sent(lines)).toEqual(lines);
  });

  it("is part of the recipe", async () => {
    const { recipe } = await plannedService({ Dockerfile: "FROM a AS tests\nRUN false\nFROM b\n" });
    expect(recipe.neededStages).toBe("FROM scratch\n\nFROM b\n");
  });
});
