import { expect, test } from "vitest";
import { Markdown } from "../../../views/ui/markdown.tsx";

const hrefOf = (url: string) => (url === "nowhere" ? null : `/docs/${url}`);
const rendered = (text: string) => String(Markdown({ text, hrefOf }));

test("a document is shown in its parts", () => {
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
    "| `x\\|y` | 1 \\| 2 |",
    "",
    "```",
    "# no heading",
    "```",
  ].join("\n");
  expect(rendered(text)).toBe(
    [
      '<h1 id="what-is-x-baton">What <em>is</em> <code>x-baton</code>?</h1>',
      "<p>One line\nand its end.</p>",
      '<pre tabindex="0">kept: as it is\n\n  deeper: 1</pre>',
      '<section class="document-table" tabindex="0" aria-label="Table: a, b"><table>',
      '<thead><tr><th scope="col">a</th><th scope="col">b</th></tr></thead>',
      "<tbody><tr><td><code>x|y</code></td><td>1 | 2</td></tr></tbody></table></section>",
      '<pre tabindex="0"># no heading</pre>',
    ].join(""),
  );
});

test("items of a list may be longer than a line, and hold code", () => {
  expect(rendered("1. First\n   goes on.\n\n       npm start\n\n2. Second\n\nAfter it.")).toBe(
    '<ol><li><p>First\ngoes on.</p><pre tabindex="0">npm start</pre></li><li>Second</li></ol><p>After it.</p>',
  );
  expect(rendered("- one\n- two\n  - three")).toBe("<ul><li>one</li><li><p>two</p><ul><li>three</li></ul></li></ul>");
});

test("prose, code, emphasis and links are distinguished, and HTML stays text", () => {
  expect(rendered("Set **`PORT`**, see [*there*](stacks.md#a): `**` <b>x & y</b>")).toBe(
    '<p>Set <strong><code>PORT</code></strong>, see <a href="/docs/stacks.md#a"><em>there</em></a>: <code>**</code> &lt;b&gt;x &amp; y&lt;/b&gt;</p>',
  );
  expect(rendered("<script>alert(1)</script>")).toBe("&lt;script&gt;alert(1)&lt;/script&gt;");
});

test("links that lead nowhere, and bare addresses, are words", () => {
  expect(rendered("[there](nowhere), http://127.0.0.1:4000")).toBe("<p>there, http://127.0.0.1:4000</p>");
});
