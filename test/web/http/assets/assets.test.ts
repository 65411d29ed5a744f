import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadAssets } from "../../../../server/web/http/assets/assets.ts";

test("htmx and its extensions are the ones that were looked at", () => {
  const { get } = loadAssets(join(import.meta.dirname, "../../../.."));
  expect({
    htmx: get("htmx.min.js").integrity,
    sse: get("hx-sse.min.js").integrity,
    csp: get("hx-csp.min.js").integrity,
  }).toEqual({
    htmx: "sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn",
    sse: "sha384-v8HvucQ+ohQhMg0arboXc5049yNR46QKMjphs7YDch+Wm7zpfK5XVS01f26mQDJV",
    csp: "sha384-l1UlMMjlxqJ9heYFHycJZCe5JK5ercIbf4mufiyK4B5B/8Hk3xk05wPOiWNv2OUX",
  });
});

test("there is one escape layer, and nothing inline that a policy would have to allow", () => {
  const root = join(import.meta.dirname, "../../../..");
  const sources = ["views", "server/web"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(tsx?|js)$/.test(file))
      .map((file) => ({ file: join(folder, file), text: readFileSync(join(root, folder, file), "utf8") })),
  );
  expect(sources.length).toBeGreaterThan(50);
  const forbidden = /\braw\(|innerHTML|dangerouslySetInnerHTML|\bhx-on|\sstyle=|<style|<script>|\beval\(|new Function/;
  expect(sources.filter(({ text }) => forbidden.test(text)).map(({ file }) => file)).toEqual([]);
});
