import { describe, expect, test } from "vitest";
import { LogLines, LogPanel } from "../../../views/ui/output/log.tsx";

const blocksOf = (lines: readonly string[]) => [{ kind: "output" as const, time: "0:01", lines }];
/** The lines as a stream's message brings them, and as the page contains them at first. */
const message = (lines: readonly string[]) => String(LogLines({ blocks: blocksOf(lines) }));
const page = (lines: readonly string[]) => {
  const search = { path: "/", query: {}, words: "" };
  const props = { title: "Log", blocks: blocksOf(lines), omitted: 0, downloadUrl: "/", search, empty: "" };
  return /<ol class="log-chunk">(.*?)<\/ol>/s.exec(String(LogPanel(props)))?.[1] ?? "";
};
const tags = /<\/?(?:li|span)(?: (?:class|data-kind|data-t)="[a-z0-9: -]*")*>/g;

describe("lines of a log", () => {
  test.each([
    "<img src=x onerror=alert(1)>",
    "</pre><script>alert(1)</script>",
    '<hx-partial hx-target="body">gone</hx-partial>',
    "<li hx-get=/sign-out hx-trigger=load>",
    "<svg/onload=alert(1)>",
    "&lt;b&gt; \" ' `",
    "\u001b[31m<script>\u001b[0m</script>",
  ])("are text, whatever they say: %s", (line) => {
    expect(page([line])).toContain("line-output");
    expect(page([line]).replace(tags, "")).not.toMatch(/[<>"']/);
    expect(message([line])).toMatch(/^<li data-log-lines="[^<>"']*"><\/li>$/);
  });

  test("say the time once for lines that came together", () => {
    expect(page(["one", "two"]).match(/0:01/g)).toHaveLength(1);
  });

  test("keep their colours as classes, never as styles", () => {
    const line = "\u001b[38;2;1;200;3mgreen";
    expect(page([line])).toContain('class="ansi-green-fg"');
    expect(message([line])).toContain("[&quot;green&quot;,&quot;ansi-green-fg&quot;]");
    expect(page([line]) + message([line])).not.toContain("style=");
  });
});
