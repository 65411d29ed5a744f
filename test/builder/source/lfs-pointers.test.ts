import { expect, it } from "vitest";
import { plan } from "../tree.ts";

const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0a".repeat(32)}\nsize 12345\n`;
const attributes = "*.png filter=lfs diff=lfs merge=lfs -text\nvideo/** filter=lfs\n*.txt text\n";

it("files that are Git LFS pointers are named before they are built or served", async () => {
  const files = { "index.html": "", ".gitattributes": attributes, "a/logo.png": pointer, "video/x.mp4": pointer };
  expect((await plan(files)).warnings).toEqual([
    expect.stringMatching(/^a\/logo\.png, video\/x\.mp4 are Git LFS pointers, not the files themselves: /),
  ]);
});

it.each([
  [{ ".gitattributes": attributes, "logo.png": "x".repeat(130) }],
  [{ ".gitattributes": "*.txt text\n", "logo.png": pointer }],
  [{ ".gitattributes": attributes, "notes.md": pointer }],
])("files that are none are not: %j", async (files) => {
  expect((await plan({ "index.html": "", ...files })).warnings).toEqual([]);
});
