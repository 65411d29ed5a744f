import fc from "fast-check";
import { expect, test } from "vitest";
import { isAboutPaths, matchesPath } from "../../server/rules/path-filter.ts";

test.each([
  ["apps/shop/**", "apps/shop/src/index.ts", true],
  ["apps/shop/**", "apps/shop/index.ts", true],
  ["apps/shop/", "apps/shop/src/index.ts", true],
  ["/apps/shop/**", "apps/shop/index.ts", true],
  ["./apps/shop/", "apps/shop/index.ts", true],
  ["apps/shop/**", "apps/shopping/index.ts", false],
  ["apps/*/package.json", "apps/shop/package.json", true],
  ["apps/*/package.json", "apps/shop/x/package.json", false],
  ["**/Dockerfile", "Dockerfile", true],
  ["**/Dockerfile", "a/b/Dockerfile", true],
  ["**/Dockerfile", "a/b/Dockerfile.old", false],
  ["*.md", "README.md", true],
  ["*.md", "docs/README.md", false],
  ["**", "any/thing", true],
  ["a?c", "abc", true],
  ["a?c", "a/c", false],
  ["a.c", "abc", false],
  ["a+(b)", "a+(b)", true],
  ["a/**/z", "a/z", true],
  ["a/**/z", "a/b/c/z", true],
  ["", "a", false],
])("%s over %s: %s", (pattern, path, matches) => {
  expect(matchesPath(pattern, path)).toBe(matches);
});

test("a push whose files are not known is about everything, and so is one where nobody asked for some", () => {
  expect(isAboutPaths(["docs/**"], null)).toBe(true);
  expect(isAboutPaths([], ["README.md"])).toBe(true);
  expect(isAboutPaths(["docs/**", "src/**"], ["README.md", "src/a.ts"])).toBe(true);
  expect(isAboutPaths(["docs/**"], ["README.md"])).toBe(false);
});

test("no pattern takes long", () => {
  const path = `${"a".repeat(200)}/`.repeat(20);
  const startedMs = performance.now();
  expect(matchesPath(`${"*a".repeat(60)}b/${"**/a*a*a*a/".repeat(15)}b`, path)).toBe(false);
  expect(performance.now() - startedMs).toBeLessThan(1_000);
});

test("a path without wildcards matches itself alone", () => {
  const name = fc.stringMatching(/^[a-z0-9._-]{1,8}$/).filter((one) => one !== "." && one !== "..");
  const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
  fc.assert(
    fc.property(path, path, (one, other) => {
      expect(matchesPath(one, one)).toBe(true);
      expect(matchesPath(one, other)).toBe(one === other);
    }),
  );
});
