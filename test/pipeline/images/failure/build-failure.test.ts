import { describe, expect, it } from "vitest";
import type { BuildRecipe } from "../../../../builder/plan/plan.ts";
import { buildFailure, type FailedBuild } from "../../../../server/pipeline/images/failure/build-failure.ts";
import { BuildFailed } from "../../../../server/ports/engine/images.ts";
import type { TreeEntry } from "../../../../server/ports/git.ts";

const recipe: BuildRecipe = {
  contextFolder: "",
  dockerfile: "Dockerfile",
  generate: null,
  bases: [],
  extraFiles: new Map(),
  ignore: [],
  target: null,
  args: {},
};
const entries = (...paths: string[]) =>
  paths.map((path) => ({ path, type: "file", sizeBytes: 1 }) as unknown as TreeEntry);
const build: FailedBuild = {
  service: "web",
  recipe,
  entries: entries("Dockerfile", "package.json", "yarn.lock"),
  variables: [],
  lines: [],
  explained: null,
  dockerfile: "FROM node:22",
  gitignore: null,
};
const hintOf = (error: BuildFailed, changes: Partial<FailedBuild> = {}) =>
  buildFailure(error, { ...build, ...changes }).failure.hint;
const failedRun = new BuildFailed("x", { step: "npm run build", exitCode: 127 });

describe("a build that failed", () => {
  it("of a file that .dockerignore leaves out says so", () => {
    const error = new BuildFailed('"/yarn.lock" not found', { step: "COPY package*.json yarn.lock ./" });
    const hint = hintOf(error, { recipe: { ...recipe, ignore: ["yarn.lock"] } });
    expect(hint).toMatch(/^yarn\.lock is in the repository, but \.dockerignore leaves it out/);
  });

  it("of a file that no stage made names the stage", () => {
    const error = new BuildFailed('"/app/dist" not found', { step: "COPY --from=build /app/dist ." });
    expect(hintOf(error)).toMatch(/^\/app\/dist is not in build: /);
  });

  it("of a program that development packages bring says why they are not there", () => {
    const lines = ["> vite build", "sh: 1: vite: not found"];
    const missing = /^vite is not installed: development packages are left out/;
    expect(hintOf(failedRun, { lines, dockerfile: "FROM node:22\nENV NODE_ENV=production" })).toMatch(missing);
    expect(hintOf(failedRun, { lines, dockerfile: "FROM node:22\nRUN npm ci --omit=dev" })).toMatch(missing);
    expect(hintOf(failedRun, { lines, variables: ["NODE_ENV"] })).toMatch(missing);
    expect(hintOf(failedRun, { lines })).toMatch(/^vite is not installed in the build\. Add the package/);
  });

  it.each([
    "fatal: not a git repository (or any of the parent directories): .git",
    "/bin/sh: 1: git: not found",
    "Error: spawnSync git ENOENT",
    "Error: Command failed: git rev-parse --short HEAD",
  ])("of git that is not there names BATON_COMMIT: %s", (line) => {
    expect(hintOf(failedRun, { lines: [line] })).toMatch(/^The build asks git for the commit.*BATON_COMMIT/);
  });

  it("of a package that npm fetches by git does not", () => {
    expect(hintOf(failedRun, { lines: ["npm error syscall spawn git"] })).toMatch(/^A package is fetched with git/);
  });

  it("of something else names what its build was given, but not what Baton gives to each", () => {
    const variables = ["BATON_COMMIT", "BATON_SECRETS_VERSION", "API_URL"];
    expect(hintOf(failedRun, { lines: ["no"], variables })).toMatch(/this build gets the variables API_URL\.$/);
  });
});
