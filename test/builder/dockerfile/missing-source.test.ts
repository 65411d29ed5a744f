import { describe, expect, it } from "vitest";
import { type CopySources, missingPath, whyMissing } from "../../../builder/dockerfile/missing-source.ts";

const sources: CopySources = {
  wanted: "/yarn.lock",
  files: ["Dockerfile", "package.json", "src/Main.ts"],
  sent: ["Dockerfile", "package.json", "src/Main.ts"],
  contextFolder: "",
  ignoreFile: ".dockerignore",
  ignore: [],
  gitignore: [],
};

describe("a file that a Dockerfile copies and the build does not have", () => {
  it.each([
    ['"/yarn.lock" not found', "/yarn.lock"],
    ['failed to calculate checksum of ref abc::def: "/dist": not found', "/dist"],
    [
      "COPY failed: file not found in build context or excluded by .dockerignore: stat yarn.lock: file does not exist",
      "yarn.lock",
    ],
    ["lstat /var/lib/docker/tmp/buildkit-mount12/yarn.lock: no such file or directory", "yarn.lock"],
    ["dockerfile parse error on line 2: unknown instruction: RUM", null],
  ])("is named by either builder: %s", (message, path) => {
    expect(missingPath(message)).toBe(path);
  });

  it("is left out by .dockerignore, whose line is named", () => {
    const files = [...sources.files, "yarn.lock", "build/a.js"];
    const ignore = ["# lockfiles", "yarn.lock", "build"];
    expect(whyMissing({ ...sources, files, ignore })).toBe(
      "yarn.lock is in the repository, but .dockerignore leaves it out of the build (its line `yarn.lock`). Remove that line, or add `!yarn.lock` after it.",
    );
    expect(whyMissing({ ...sources, files, ignore, wanted: "build/" })).toContain("(its line `build`)");
  });

  it.each([
    ["/src/main.ts", {}, /The repository has src\/Main\.ts, which differs only in upper and lower case/],
    ["/SRC", {}, /The repository has src, which differs only in upper and lower case/],
    ["/pakage.json", {}, /^The repository has no pakage\.json\. Did you mean package\.json\?$/],
    ["/dist", { gitignore: ["node_modules", "dist/"] }, /because \.gitignore leaves it out/],
    ["/web/dist", { gitignore: ["dist"] }, /because \.gitignore leaves it out/],
    ["/secret.pem", { gitignore: ["*.pem"] }, /because \.gitignore leaves it out/],
    ["/nothing.txt", {}, /^The repository has no nothing\.txt: commit it, or correct the path in the Dockerfile\.$/],
    ["/Main.ts", {}, /There is src\/Main\.ts\.$/],
    ["/package.json", { contextFolder: "src", sent: ["Main.ts"] }, /only sees the folder src/],
  ])("is explained: %s with %j", (wanted, changes, words) => {
    expect(whyMissing({ ...sources, ...changes, wanted })).toMatch(words);
  });
});
