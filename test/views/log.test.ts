import { describe, expect, test } from "vitest";
import { LogLines } from "../../views/log.tsx";

const rendered = (lines: readonly string[]) => String(LogLines({ blocks: [{ kind: "output", time: "0:01", lines }] }));

describe("lines of a log", () => {
  test.each([
    "<img src=x onerror=alert(1)>",
    "</pre><script>alert(1)</script>",
    '<hx-partial hx-target="body">gone</hx-partial>',
    "<li hx-get=/sign-out hx-trigger=load>",
    "<svg/onload=alert(1)>",
    "&lt;b&gt; \" ' `",
    "\u001b[31m<script>\u001b[0m</script>",
  ])("show %s as text", (line) => {
    const html = rendered([line]);
    expect(html.replace(/<\/?(?:li|span)(?: class="[a-z0-9 -]*")?(?: data-t="[0-9:]*")?>/g, "")).not.toMatch(/[<>"']/);
  });

  test("say the time once for lines that came together", () => {
    expect(rendered(["one", "two"]).match(/0:01/g)).toHaveLength(1);
  });

  test("keep their colours as classes, never as styles", () => {
    const html = rendered(["\u001b[38;2;1;200;3mgreen"]);
    expect(html).toContain('class="ansi-green-fg"');
    expect(html).not.toContain("style=");
  });
});
