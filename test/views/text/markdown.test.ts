import { expect, test } from "vitest";
import { readInline, readMarkdown } from "../../../views/text/markdown.ts";

test("a document is read into its parts", () => {
  const text = [
    "# What *is* `x-baton`?",
    "",
    "One line",
    "and its end.",
    "",
    "    kept: as it is",
    "",
    "      deeper: 1",
    "",
    "| a | b |",
    "|---|---|",
    "| `x|y` | 1 \\| 2 |",
    "",
    "```",
    "# no heading",
    "```",
  ].join("\n");
  expect(readMarkdown(text)).toEqual([
    { type: "heading", level: 1, text: "What *is* `x-baton`?", id: "what-is-x-baton" },
    { type: "paragraph", text: "One line and its end." },
    { type: "code", text: "kept: as it is\n\n  deeper: 1" },
    { type: "table", head: ["a", "b"], rows: [["`x|y`", "1 | 2"]] },
    { type: "code", text: "# no heading" },
  ]);
});

test("items of a list may be longer than a line, and hold code", () => {
  const list = readMarkdown("1. First\n   goes on.\n\n       npm start\n\n2. Second\n\nAfter it.");
  expect(list).toEqual([
    {
      type: "list",
      isOrdered: true,
      items: [
        [
          { type: "paragraph", text: "First goes on." },
          { type: "code", text: "npm start" },
        ],
        [{ type: "paragraph", text: "Second" }],
      ],
    },
    { type: "paragraph", text: "After it." },
  ]);
});

test("words are told from code, weight and links, and markup of other kinds stays text", () => {
  expect(readInline("Set **`PORT`**, see [*there*](stacks.md#a): `**` <b>")).toEqual([
    { type: "text", text: "Set " },
    { type: "strong", parts: [{ type: "code", text: "PORT" }] },
    { type: "text", text: ", see " },
    { type: "link", url: "stacks.md#a", parts: [{ type: "em", parts: [{ type: "text", text: "there" }] }] },
    { type: "text", text: ": " },
    { type: "code", text: "**" },
    { type: "text", text: " <b>" },
  ]);
});
