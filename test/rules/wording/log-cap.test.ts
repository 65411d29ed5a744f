import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLogCap } from "../../../server/rules/wording/log-cap.ts";

const small = { lineChars: 20, headChars: 100, tailChars: 50 };

function run(lines: readonly string[]): readonly string[] {
  const cap = createLogCap(small);
  const head = lines.flatMap((line) => cap.take(line) ?? []);
  return [...head, ...cap.rest()];
}

describe("the cap of a log", () => {
  it("leaves a short log as it is", () => {
    expect(run(["one", "two"])).toEqual(["one", "two"]);
  });

  it("keeps head and tail of a flood and says what is missing between", () => {
    const flood = Array.from({ length: 100 }, (_, index) => `line ${String(index).padStart(3, "0")}`);
    const kept = run(flood);
    expect(kept[0]).toBe("line 000");
    expect(kept.at(-1)).toBe("line 099");
    expect(kept.find((line) => line.includes("left out"))).toMatch(/^\[\d+ lines, .* left out here/);
  });

  it("cuts a line that is too long and says by how much", () => {
    expect(run(["x".repeat(1000)])).toEqual([`${"x".repeat(20)} [… 980 more characters]`]);
  });

  it("shows of a line that redraws itself what it ended with", () => {
    expect(run(["10%\r50%\r100%\r"])).toEqual(["100%"]);
  });

  it("lets nothing through that the database cannot store", () => {
    expect(run(["a\0b", "half \ud800 pair"])).toEqual(["ab", "half \ufffd pair"]);
  });

  it("stays bounded, and counts every line once, for any input", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 60 }), { maxLength: 300 }), (lines) => {
        const kept = run(lines);
        const noteAt = kept.findIndex((line) => /^\[\d+ lines, .*left out here/.test(line));
        const dropped = noteAt === -1 ? 0 : Number(/\d+/.exec(kept[noteAt] ?? "")?.[0]);
        expect(kept.length - (noteAt === -1 ? 0 : 1) + dropped).toBe(lines.length);
        expect(kept.join("\n").length).toBeLessThan(400);
      }),
    );
  });
});
