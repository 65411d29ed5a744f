import { expect, test } from "vitest";
import { entryIn } from "../../../server/git/read/tree-object.ts";

const id = (digit: string, bytes = 20) => digit.repeat(bytes * 2);
const entry = (mode: string, name: string, object: string) =>
  Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(object, "hex")]);
const tree = Buffer.concat([
  entry("100644", "a file", id("1")),
  entry("100755", "run", id("0")),
  entry("120000", "link", id("2")),
  entry("40000", "ünder", id("3")),
  entry("160000", "module", id("4")),
]);

test("an entry is found by its name, with its kind and its object", () => {
  expect(entryIn(tree, "a file", 20)).toEqual({ type: "file", object: id("1") });
  expect(entryIn(tree, "run", 20)).toEqual({ type: "executable", object: id("0") });
  expect(entryIn(tree, "link", 20)).toEqual({ type: "symlink", object: id("2") });
  expect(entryIn(tree, "ünder", 20)).toEqual({ type: null, object: id("3") });
  expect(entryIn(tree, "module", 20)).toEqual({ type: "submodule", object: id("4") });
});

test("a name that is not there is not found, nor is a part of one", () => {
  for (const name of ["a", "file", "", "40000", "1".repeat(20)]) expect(entryIn(tree, name, 20), name).toBeNull();
});

test("ids may be longer", () => {
  expect(entryIn(entry("100644", "a", id("5", 32)), "a", 32)).toEqual({ type: "file", object: id("5", 32) });
});

test("a tree that is cut off or holds an unknown mode is refused", () => {
  expect(() => entryIn(Buffer.from("100644 a"), "b", 20)).toThrow("ends in the middle");
  expect(() => entryIn(entry("010000", "pipe", id("1")), "pipe", 20)).toThrow('an unknown mode for "pipe"');
});
