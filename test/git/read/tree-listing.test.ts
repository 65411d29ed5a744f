import { expect, test } from "vitest";
import { createTreeListing } from "../../../server/git/read/tree-listing.ts";

const object = "1".repeat(40);
const file = (path: string) => `100644 blob ${object}       4\t${path}`;
const link = (path: string) => `120000 blob ${object}       4\t${path}`;
const tree = (path: string) => `040000 tree ${object}       -\t${path}`;

function list(...records: readonly string[]): readonly string[] {
  const listing = createTreeListing({ maxEntries: 100, maxFileBytes: 1024, maxTotalBytes: 1024 });
  for (const record of records) listing.add(record);
  return listing.entries.map(({ path }) => path);
}

test("a file in folders is listed, and a folder is no file", () => {
  expect(list(tree("a"), tree("a/b"), file("a/b/c"), file("d"))).toEqual(["a/b/c", "d"]);
});

test("a name that is a link and a folder is refused", () => {
  expect(() => list(link("a"), tree("a"), file("a/b"))).toThrow('the tree holds a path twice: "a"');
  expect(() => list(tree("a"), link("a"))).toThrow('the tree holds a path twice: "a"');
});

test("a name with a slash in it does not lead below a link", () => {
  expect(() => list(link("a"), file("a/b"))).toThrow(
    'the tree holds a path below something that is not a folder: "a/b"',
  );
});
