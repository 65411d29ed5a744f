import { expect, test } from "vitest";
import { chooseRelease, readWish } from "../../../bin/upgrade/releases.mjs";

const tags = ["v0.9.0", "v0.10.0", "v0.2.0", "v1.0.0-rc.1", "nightly", ""];

test("the newest release is taken, by its numbers", () => {
  expect(chooseRelease(tags, "0.2.0", null)).toBe("v0.10.0");
});

test("a release that was asked for is taken when it is newer", () => {
  expect(chooseRelease(tags, "0.2.0", "v0.9.0")).toBe("v0.9.0");
});

test("there is nothing to do for the newest release", () => {
  expect(chooseRelease(tags, "0.10.0", null)).toBeNull();
  expect(chooseRelease([], "0.1.0", null)).toBeNull();
});

test.each([
  ["v0.2.0", "This is Baton 0.9.0, and v0.2.0 is not newer."],
  ["v0.9.0", "This is Baton 0.9.0, and v0.9.0 is not newer."],
  ["v3.0.0", "There is no release v3.0.0. There are v0.2.0, v0.9.0, v0.10.0."],
])("%s is refused by version 0.9.0", (wish, sentence) => {
  expect(() => chooseRelease(tags, "0.9.0", wish)).toThrow(sentence);
});

test("only the tag of a release is accepted", () => {
  expect(readWish([])).toBeNull();
  expect(readWish(["v1.2.3"])).toBe("v1.2.3");
  for (const args of [["1.2.3"], ["main"], ["--force"], ["v1.2.3", "v1.2.4"]]) {
    expect(() => readWish(args)).toThrow("Accepted is the tag of a release, such as v1.2.0");
  }
});
