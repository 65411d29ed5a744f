import fc from "fast-check";
import { expect, test } from "vitest";
import { createLineSplitter } from "../../../server/docker/containers/line-splitter.ts";

function linesOf(chunks: readonly (string | Uint8Array)[], maxBytes?: number): string[] {
  const splitter = createLineSplitter(maxBytes);
  const lines = chunks.flatMap((chunk) => splitter.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk));
  return [...lines, ...splitter.flush()];
}

const text = fc.string({ unit: fc.constantFrom("a", "é", "€", "😀", "\n", "\r", "\0", "\u001b[1m"), maxLength: 60 });

test("lines are the same however the bytes are cut into chunks", () => {
  fc.assert(
    fc.property(text, fc.array(fc.nat(40)), (written, cuts) => {
      const bytes = Buffer.from(written);
      const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const chunks = edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
      expect(linesOf(chunks)).toEqual(linesOf([bytes]));
    }),
  );
});

test("text without control characters comes out as it went in", () => {
  const line = text.map((written) => written.replace(/[\0\r\n]/g, ""));
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      expect(linesOf([lines.map((one) => `${one}\n`).join("")])).toEqual(lines);
    }),
  );
});

test("a line is cut at the limit, between characters, and says how much is missing", () => {
  expect(linesOf(["12345678\n"], 8)).toEqual(["12345678"]);
  expect(linesOf(["1234567890\nnext\n"], 8)).toEqual(["12345678 … (line cut, 2 bytes left out)", "next"]);
  expect(linesOf(["1234567é\n"], 8)).toEqual(["1234567 … (line cut, 2 bytes left out)"]);
  expect(linesOf(["123456😀😀\n"], 10)).toEqual(["123456😀 … (line cut, 4 bytes left out)"]);
});

test("100 MB without a newline take no more memory than one line", () => {
  const chunk = Buffer.alloc(1024 * 1024, "x");
  const splitter = createLineSplitter();
  const before = process.memoryUsage();
  for (let index = 0; index < 100; index += 1) expect(splitter.push(chunk)).toEqual([]);
  const after = process.memoryUsage();
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(1024 * 1024);
  const [line = ""] = splitter.push(Buffer.from("\n"));
  expect(line).toBe(`${"x".repeat(16 * 1024)} … (line cut, ${100 * 1024 * 1024 - 16 * 1024} bytes left out)`);
});

test("a carriage return overwrites, as in a terminal; before a newline it is part of the line's end", () => {
  expect(linesOf(["10 %\r", "50 %\r100 %\n"])).toEqual(["100 %"]);
  expect(linesOf(["one\r\ntwo\r", "\n"])).toEqual(["one", "two"]);
  expect(linesOf(["done\r"])).toEqual(["done"]);
});

test("NUL is dropped, colours are kept, bytes that are not UTF-8 are marked", () => {
  expect(linesOf(["a\0b\u001b[31mred\u001b[0m\n"])).toEqual(["ab\u001b[31mred\u001b[0m"]);
  expect(linesOf([Buffer.from([0x61, 0xff, 0x62, 0x0a])])).toEqual(["a\ufffdb"]);
});
