import fc from "fast-check";
import { expect, test } from "vitest";
import { foldRepeats } from "../../../server/rules/wording/fold-repeats.ts";

const trace = (pid: number) => [
  "/app/server.js:3",
  "  throw new Error('DATABASE_URL is not set');",
  "",
  "Error: DATABASE_URL is not set",
  `    at start (/app/server.js:3:9) [${pid}]`,
];

test("a trace that each restart prints is shown once, with the number of repetitions", () => {
  const lines = [...trace(7), ...trace(19), ...trace(31), ...trace(43)];
  expect(foldRepeats(lines)).toEqual([...trace(43), "(the 5 lines above, 4 times)"]);
});

test("the first trace may be cut off, and something else may come before and after", () => {
  expect(foldRepeats([...trace(1).slice(2), ...trace(2), ...trace(3)])).toEqual([
    ...trace(3),
    "(the 5 lines above, 2 times)",
  ]);
  expect(foldRepeats(["ready", ...trace(1), ...trace(2), "bye"])).toEqual([
    "ready",
    ...trace(2),
    "(the 5 lines above, 2 times)",
    "bye",
  ]);
});

test.each([
  ["GET / 500 12.4 ms", "GET / 500 3 ms"],
  ["2026-11-29T08:00:00.123Z GET /", "2026-11-29T08:00:01.001Z GET /"],
  [
    '172.17.0.1 - - [29/Nov/2026:08:00:00 +0000] "GET / HTTP/1.1" 500',
    '172.17.0.1 - - [29/Nov/2026:08:00:01 +0000] "GET / HTTP/1.1" 500',
  ],
  ['INFO:     172.18.0.1:53422 - "GET / HTTP/1.1" 500', 'INFO:     172.18.0.1:40001 - "GET / HTTP/1.1" 500'],
  ['{"level":50,"time":1795380355241,"pid":7,"msg":"no"}', '{"level":50,"time":1795380356241,"pid":19,"msg":"no"}'],
  ["\u001b[31mno\u001b[0m", "no"],
])("what the probe makes an app say is one line: %s", (first, second) => {
  expect(foldRepeats([first, second, first, second])).toEqual([second, "(the line above, 4 times)"]);
});

test.each([[["GET / 200", "GET / 500", "GET / 404"]], [["one", "one"]], [["", "", "", ""]], [["a", "b", "c"]], [[]]])(
  "%j stays as it is",
  (lines) => {
    expect(foldRepeats(lines)).toEqual(lines);
  },
);

test("it never grows, and loses no line that occurs only once", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 60 }), (lines) => {
      const folded = foldRepeats(lines);
      const own = folded.filter((line) => !line.startsWith("("));
      expect(folded.length).toBeLessThanOrEqual(lines.length);
      expect(new Set(own)).toEqual(new Set(lines));
      expect(own.at(-1)).toBe(lines.at(-1));
    }),
  );
});
