import dockerignore from "@balena/dockerignore";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ignoreRules } from "../../../builder/source/ignore.ts";

const ignores = (lines: string[], path: string) => ignoreRules(lines).ignores(path);

describe("the rules of a .dockerignore", () => {
  it.each([
    ["a name", ["node_modules"], "node_modules/a/b.js", true],
    ["a name, only at the root", ["node_modules"], "web/node_modules/a.js", false],
    ["a name at any depth", ["**/node_modules"], "web/node_modules/a.js", true],
    ["a name at any depth, the root too", ["**/node_modules"], "node_modules/a.js", true],
    ["an ending", ["*.log"], "debug.log", true],
    ["an ending, only at the root", ["*.log"], "logs/debug.log", false],
    ["an ending at any depth", ["**/*.log"], "a/b/debug.log", true],
    ["an ending at any depth, in short", ["**.log"], "a/b/debug.log", true],
    ["one character", ["?.txt"], "a.txt", true],
    ["one character, not more", ["?.txt"], "ab.txt", false],
    ["a class", ["[a-c].txt"], "b.txt", true],
    ["a class that is negated", ["[^a-c].txt"], "b.txt", false],
    ["a class that never ends", ["[a-c.txt"], "[a-c.txt", false],
    ["an escaped star", ["\\*.txt"], "a.txt", false],
    ["an escaped star as it is", ["\\*.txt"], "*.txt", true],
    ["what regular expressions take for something else", ["a+(1).txt"], "a+(1).txt", true],
    ["a leading slash", ["/dist"], "dist/a", true],
    ["a trailing slash", ["dist/"], "dist/a", true],
    ["a path that is not clean", ["./a/../dist//x"], "dist/x/y", true],
    ["what is below a folder", ["docs/**"], "docs/a/b", true],
    ["what is below a folder, not a file of its name", ["docs/**"], "docs", false],
    ["everything", ["**"], "a", true],
    ["everything but what is let in", ["*", "!src"], "src/a.js", false],
    ["everything that is not let in", ["*", "!src"], "test/a.js", true],
    ["what is taken out again", ["*", "!src", "src/*.md"], "src/a.md", true],
    ["the last rule that fits", ["!a", "a"], "a", true],
    ["a comment", ["# a"], "# a", false],
    ["spaces around", ["  a  "], "a", true],
    ["a lone exclamation mark", ["!", "a"], "a", true],
    ["case", ["README.md"], "readme.md", false],
    ["names that every object has", ["constructor"], "constructor", true],
    ["empty lines", ["", " "], "a", false],
  ])("%s", (_, lines, path, expected) => {
    expect(ignores(lines, path)).toBe(expected);
  });

  it("take no longer for a pattern that is meant to hurt", () => {
    const pattern = `${"*a".repeat(40)}b`;
    const began = performance.now();
    expect(ignores([pattern, `${"**/a/".repeat(200)}b`], `${"a".repeat(5000)}/${"a/".repeat(500)}c`)).toBe(false);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it("agree with an independent implementation", () => {
    const name = fc.stringMatching(/^[ab]{1,2}(\.c)?$/);
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
    const segment = fc.oneof(name, fc.constantFrom("*", "**", "*.c", "a*", "?", "[a]b", "[^a]"));
    const pattern = fc
      .tuple(fc.constantFrom("", "!", "/"), fc.array(segment, { minLength: 1, maxLength: 3 }))
      .map(([start, segments]) => start + segments.join("/"));
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 4 }), path, (lines, candidate) => {
        const oracle = dockerignore.default({ ignorecase: false }).add(lines);
        expect(ignores(lines, candidate)).toBe(oracle.ignores(candidate));
      }),
      { numRuns: 2000 },
    );
  });
});
