// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the variables of Dockerfiles look like that
import { describe, expect, it } from "vitest";
import { readDockerfile } from "../../../builder/dockerfile/dockerfile.ts";
import { makeableBases } from "../../../builder/images/base-images.ts";
import { plan, plannedService } from "../tree.ts";

const ports = (text: string, target: string | null = null) =>
  readDockerfile(text, target).exposed.map(({ port, protocol }) => `${port}/${protocol}`);

describe("the ports that a Dockerfile exposes", () => {
  it.each([
    ["nothing", "FROM node", []],
    ["one", "FROM node\nEXPOSE 3000", ["3000/tcp"]],
    ["with its protocol", "FROM node\nEXPOSE 53/udp 8080/TCP", ["53/udp", "8080/tcp"]],
    ["several, oddly spaced", "FROM nginx\n  expose   80   443", ["80/tcp", "443/tcp"]],
    ["over several lines", "FROM nginx\nEXPOSE 80 \\\n  # and TLS\n  443", ["80/tcp", "443/tcp"]],
    ["in quotes", 'FROM node\nEXPOSE "3000"', ["3000/tcp"]],
    ["a range, by its first", "FROM node\nEXPOSE 7000-7010", ["7000/tcp"]],
    ["a default in place", "FROM node\nEXPOSE ${PORT:-3000}", ["3000/tcp"]],
    ["an argument's default", "FROM node\nARG PORT=4000\nEXPOSE $PORT", ["4000/tcp"]],
    ["an argument from before FROM", "ARG PORT=4000\nFROM node\nARG PORT\nEXPOSE ${PORT}", ["4000/tcp"]],
    ["an argument from before FROM that was not let in", "ARG PORT=4000\nFROM node\nEXPOSE ${PORT:-1}", ["1/tcp"]],
    ["a variable made of another", "FROM node\nARG P=5000\nENV PORT=$P\nEXPOSE $PORT 9229", ["5000/tcp", "9229/tcp"]],
    ["ENV in its old form", "FROM node\nENV PORT 5000\nEXPOSE $PORT", ["5000/tcp"]],
    ["names of one ENV that see what was before", "FROM node\nENV A=1\nENV A=2 B=$A\nEXPOSE $B", ["1/tcp"]],
    ["a variable that nobody sets", "FROM node\nEXPOSE $PORT", []],
    ["an alternative", "FROM node\nENV TLS=1\nEXPOSE ${TLS:+443}", ["443/tcp"]],
    ["what is no port", "FROM node\nEXPOSE http 0 70000", []],
    ["words in a here-document", "FROM node\nRUN <<EOF\nEXPOSE 99\nEOF", []],
    ["only in a comment", "FROM node\n# EXPOSE 99", []],
    ["on build of an image made of this", "FROM node\nONBUILD EXPOSE 99", []],
  ])("%s", (_, text, expected) => {
    expect(ports(text)).toEqual(expected);
  });

  it("are those of the last stage, then those of the stage that it is built on", () => {
    const text = "FROM node AS base\nENV P=1\nEXPOSE $P\nFROM node AS other\nEXPOSE 2\nFROM base\nEXPOSE 3\n";
    expect(ports(text)).toEqual(["3/tcp", "1/tcp"]);
  });

  it("are those of the stage that is asked for, whatever its case", () => {
    const text = "FROM node AS Dev\nEXPOSE 1\nFROM node AS prod\nEXPOSE 2";
    expect(ports(text, "dev")).toEqual(["1/tcp"]);
  });

  it("give the service the first TCP one, declared", async () => {
    const { service } = await plannedService({ Dockerfile: "FROM x\nEXPOSE 53/udp 8080 9090" });
    expect(service).toMatchObject({ port: 8080, portDeclared: true });
  });

  it("are read from a Dockerfile that is long on purpose", () => {
    expect(ports(`FROM node\n${"RUN true \\\n && true\n".repeat(10_000)}EXPOSE 1`)).toEqual(["1/tcp"]);
  });

  it("are read where variables double and double", () => {
    expect(ports(`FROM node\nENV A=x\n${"ENV A=$A$A\n".repeat(64)}EXPOSE $A 1`)).toEqual(["1/tcp"]);
  });
});

describe("the image that a Dockerfile stands on", () => {
  const base = (text: string, target: string | null = null, given = {}) => readDockerfile(text, target, given).base;

  it("is what the built stage names in the end, also through other stages and arguments", () => {
    expect(base("FROM node\nFROM postgres:16")).toBe("postgres:16");
    expect(base("FROM postgres:16 AS a\nFROM node AS b\nFROM a")).toBe("postgres:16");
    expect(base("FROM postgres:16 AS a\nFROM node AS b", "a")).toBe("postgres:16");
    expect(base("ARG V=16\nFROM postgres:$V", null, { V: "17" })).toBe("postgres:17");
  });

  it("is none where it begins with nothing", () => {
    expect(base("FROM postgres AS a\nFROM scratch\nCOPY --from=a / /")).toBeNull();
    expect(base("")).toBeNull();
  });
});

describe("the images that a Dockerfile takes from elsewhere", () => {
  const references = (text: string) => readDockerfile(text, null).references;

  it("are all but its own stages and scratch", () => {
    const text = `
      ARG VERSION=22
      FROM --platform=linux/amd64 node:\${VERSION}-slim AS build
      FROM scratch AS nothing
      FROM build AS again
      COPY --from=nothing /a /a
      COPY --from=0 /a /a
      COPY --from=busybox:1 /bin/sh /bin/sh
      RUN --mount=type=bind,from=golang:1.22,target=/go --mount=type=cache,target=/x true
    `;
    expect(references(text)).toEqual(["node:22-slim", "busybox:1", "golang:1.22"]);
  });

  it("are none that only stages want which nothing needs", () => {
    expect(references("FROM a AS tests\nCOPY --from=b /x /x\nFROM c")).toEqual(["c"]);
  });

  it("are made beforehand where Baton makes them", async () => {
    const { recipe } = await plannedService({
      Dockerfile:
        "FROM baton/node:22 AS b\nFROM baton/debian:12\nCOPY --from=baton/static:1 /usr/bin/caddy /caddy\nCOPY --from=b /a /a",
    });
    expect(recipe.bases).toEqual(["node:22", "debian:12", "static:1"]);
  });

  it.each(["baton/ruby:3", "baton/node", "baton/node:18"])("are refused when they are not: %s", async (reference) => {
    await expect(plan({ Dockerfile: `FROM ${reference}` })).rejects.toMatchObject({
      message: `Dockerfile names ${reference}, which is not one of the images that Baton builds`,
      hint: `These are: ${makeableBases.map((base) => `baton/${base}`).join(", ")}.`,
    });
  });
});

describe("a Dockerfile of the user's own", () => {
  it("is refused without a FROM", async () => {
    await expect(plan({ Dockerfile: "RUN true" })).rejects.toThrow("Dockerfile has no FROM");
  });

  it("is refused without the stage that baton.yaml names", async () => {
    const files = { "baton.yaml": "stacks: { web: { target: prod } }", Dockerfile: "FROM a AS dev\nFROM dev AS test" };
    await expect(plan(files)).rejects.toThrow(
      'Dockerfile has no stage "prod", which is set as the target: it has dev, test',
    );
  });

  it("has an ignore file of its own that goes before the common one", async () => {
    const { recipe } = await plannedService({
      "baton.yaml": "stacks: { web: { dockerfile: docker/Web } }",
      "docker/Web": "FROM a",
      "docker/Web.dockerignore": "one\r\ntwo",
      ".dockerignore": "three",
    });
    expect(recipe).toMatchObject({ dockerfile: "docker/Web", ignore: ["one", "two"] });
  });
});
