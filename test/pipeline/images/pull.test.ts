import { describe, expect, test } from "vitest";
import { neverAnId } from "../../../server/pipeline/images/pull.ts";

describe("a name that Docker could take for the beginning of an image's id", () => {
  test.each(["a", "f3", "bed"])("%s is looked up with its tag", (name) => {
    expect(neverAnId(name)).toBe(`${name}:latest`);
  });

  test.each(["node", "bed:1", "a/b", "127.0.0.1:5000/a"])("%s is none", (name) => {
    expect(neverAnId(name)).toBe(name);
  });
});
