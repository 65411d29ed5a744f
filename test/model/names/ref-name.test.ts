import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { isRefName } from "../../../server/model/names/ref-name.ts";

const gitTakes = (name: string) => {
  try {
    execFileSync("git", ["check-ref-format", "--branch", name], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

test.each([
  ...["main", "feature/x", "v1.2.3", "a-b_c", "ünïcode", "a@b", "release/2026.01", "a{b", "lock", "x.locked"],
  ...[
    "a..b",
    "a b",
    "-a",
    "/a",
    "a/",
    "a//b",
    ".a",
    "a/.b",
    "a.lock",
    "a.lock/b",
    "a.",

    "a@{1}",
    "a~1",
    "a^",
    "a:b",
  ],
  ...["a?", "a*", "a[b", "a\\b", "a\u0007", "a\u007f"],
])("takes %j for a branch when git does", (name) => expect(isRefName(name)).toBe(gitTakes(name)));

test("does not take @, which means HEAD", () => expect(isRefName("@")).toBe(false));

test("takes nothing that is empty or longer than a file's name may be", () => {
  expect([isRefName(""), isRefName("a".repeat(250)), isRefName("a".repeat(251))]).toEqual([false, true, false]);
});
