import fc from "fast-check";
import { expect, test } from "vitest";
import {
  isAboutPaths,
  matchesPath,
  pathPatternProblem,
  splitPathPatterns,
} from "../../../server/rules/webhooks/path-filter.ts";

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
  ["docs", "docs/a/b.md", true],
  ["docs", "docs", true],
  ["docs", "docs.md", false],
  ["docs", "src/docs/a.md", false],
  ["apps/*/src", "apps/shop/src/a.ts", true],
  ["apps/*", "apps/shop/a.ts", false],
  ["src/{a,b}/**", "src/b/x.ts", true],
  ["src/{a,b}/**", "src/c/x.ts", false],
  ["{apps/{shop,site},lib}/**", "apps/site/x.ts", true],
  ["*.{ts,tsx}", "a.tsx", true],
  ["*.{ts,tsx}", "a.js", false],
  ["app/[id]/page.tsx", "app/[id]/page.tsx", true],
  ["a//b", "a/b", true],
  [".", "any/thing", true],
])("%s over %s: %s", (pattern, path, matches) => {
  expect(matchesPath(pattern, path)).toBe(matches);
});

test("a push whose files are not known is about everything, and so is one where nobody asked for some", () => {
  expect(isAboutPaths(["docs/**"], null)).toBe(true);
  expect(isAboutPaths([], ["README.md"])).toBe(true);
  expect(isAboutPaths(["docs/**", "src/**"], ["README.md", "src/a.ts"])).toBe(true);
  expect(isAboutPaths(["docs/**"], ["README.md"])).toBe(false);
});

test.each([
  [["!docs/**"], "docs/a.md", false],
  [["!docs/**"], "src/a.ts", true],
  [["!docs", "!*.md"], "README.md", false],
  [["!docs", "!*.md"], "index.ts", true],
  [["src/**", "!src/**/*.test.ts"], "src/a.test.ts", false],
  [["src/**", "!src/**/*.test.ts"], "src/a.ts", true],
  [["src/**", "!src/**/*.test.ts"], "README.md", false],
  [["!docs/**", "docs/api/**"], "docs/api/a.yaml", true],
])("the last pattern that matches decides: %j over %s: %s", (patterns, path, isAbout) => {
  expect(isAboutPaths(patterns, [path])).toBe(isAbout);
});

test.each([
  ["!", /names no path/],
  ["!!docs", /one ! too many/],
  ["docs\\\\**", /folders are separated by \//],
  ["../shop/**", /leaves the repository/],
  ["https://github.com/a/b", /is a URL/],
  ["{apps,lib/**", /an unmatched brace/],
  ["{a,b,c,d,e,f,g,h,i}{a,b,c,d,e,f,g,h,i}", /more than 64 alternatives/],
])("a pattern that can never match has a sentence: %s", (pattern, problem) => {
  expect(pathPatternProblem(pattern)).toMatch(problem);
});

test.each(["docs", "!docs/**", "src/{a,b}/**", "app/[id]/**", "**", ".github/**"])("%s has no problem", (pattern) => {
  expect(pathPatternProblem(pattern)).toBeNull();
});

test("patterns are taken apart at spaces and commas, but not within braces", () => {
  expect(splitPathPatterns(" apps/{shop,site}/** lib/**,\n!docs, ")).toEqual([
    "apps/{shop,site}/**",
    "lib/**",
    "!docs",
  ]);
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
      expect(matchesPath(one, other)).toBe(one === other || other.startsWith(`${one}/`));
    }),
  );
});
