import { describe, expect, it } from "vitest";
import { plannedService } from "../../../tree.ts";

const app = (dependencies: Record<string, string>, files: Readonly<Record<string, string>> = {}) =>
  plannedService({ "package.json": JSON.stringify({ scripts: { start: "node a" }, dependencies }), ...files });

describe("packages that may be compiled at install", () => {
  it("are installed where compilers and Node's headers are, and run where neither is", async () => {
    const { dockerfile, recipe, decisions } = await app({ "better-sqlite3": "12" });
    expect(dockerfile).toContain("FROM node:22-full AS build\n");
    expect(dockerfile).toContain("ENV NPM_CONFIG_NODEDIR=/usr/local\n");
    expect(dockerfile).toContain("\nFROM node:22\n");
    expect(recipe.bases).toEqual(["node:22-full", "node:22"]);
    expect(decisions).toContain("Compilers are available during the build, because of better-sqlite3");
  });

  it.each([
    ["npm's", "package-lock.json", '{ "packages": { "node_modules/prebuild-install": {} } }'],
    ["pnpm's", "pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  prebuild-install@7.1.3:\n"],
    ["Yarn's", "yarn.lock", '"@mapbox/node-pre-gyp@^1.0.11":\n  version "1.0.11"\n'],
    ["Bun's", "bun.lock", '{ "packages": { "node-pre-gyp": ["node-pre-gyp@0.1"] } }'],
  ])("are known by what they come with in %s lockfile", async (_, lockfile, text) => {
    const { recipe } = await app({ a: "1" }, { [lockfile]: text });
    expect(recipe.bases[0]).toBe("node:22-full");
  });

  it("may be the app itself", async () => {
    expect((await app({ a: "1" }, { "binding.gyp": "" })).recipe.bases[0]).toBe("node:22-full");
  });

  it("of any package of a workspace count", async () => {
    const { recipe } = await plannedService({
      "package.json": JSON.stringify({ scripts: { start: "node a" }, workspaces: ["packages/*"] }),
      "packages/db/package.json": JSON.stringify({ dependencies: { sqlite3: "5" } }),
    });
    expect(recipe.bases).toContain("node:22-full");
  });

  it("are needed for a site's build alone", async () => {
    const { recipe } = await plannedService({
      "package.json": JSON.stringify({ scripts: { build: "vite build" }, devDependencies: { vite: "7", canvas: "3" } }),
    });
    expect(recipe.bases).toEqual(["node:22-full", "static:1"]);
  });

  it("are not thought to be where a name only begins like theirs", async () => {
    const { recipe } = await app({ a: "1" }, { "package-lock.json": '{ "node_modules/prebuild-install-all": {} }' });
    expect(recipe.bases).toEqual(["node:22"]);
  });
});
