import { expect, test } from "vitest";
import { safeNext } from "../../../server/web/access/safe-next.ts";

test.each(["/", "/products/shop", "/deployments?before=3", "/a%20b", "/products/shop?next=//x"])(
  "%s is a path of this site",
  (next) => {
    expect(safeNext(next)).toBe(next);
  },
);

test.each([
  undefined,
  "",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  " //evil.example",
  "/.//evil.example",
  "/x/..//evil.example",
  "/%2e//evil.example",
  "https:evil.example",
  "https://evil.example",
  "https:/\\evil.example",
  "javascript:alert(1)",
  "data:text/html,x",
  "evil.example",
  "/é",
  "/\u0000",
])("%j leads home", (next) => {
  expect(safeNext(next)).toBe("/");
});

test("an encoded control character stays a path of this site", () => {
  expect(new URL(safeNext("/%09/evil.example"), "http://here").host).toBe("here");
});
