import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { harmlessText, plainText, spansOf } from "../../../views/text/terminal-text.ts";

const esc = "\u001b";
const plain = (line: string) =>
  spansOf([line])[0]
    ?.map(({ text }) => text)
    .join("") ?? "";

describe("what a terminal or a page is shown", () => {
  test.each([
    ["a window title", `${esc}]0;owned\u0007hello`, "hello"],
    ["a link to a script", `${esc}]8;;javascript:alert(1)${esc}\\click${esc}]8;;${esc}\\`, "click"],
    ["a cursor that goes up to overwrite lines", `${esc}[2Aok`, "ok"],
    ["a screen that is cleared", `${esc}[2J${esc}[Hok`, "ok"],
    ["a device control string", `${esc}Pq#0;2;0;0;0${esc}\\ok`, "ok"],
    ["an eight-bit control sequence", "\u009b31mred", "red"],
    ["a sequence that breaks off", `text${esc}[3`, "text"],
    ["an operating system command that breaks off", `text${esc}]0;title`, "text"],
    ["a character set switch", `${esc}(0lqk`, "lqk"],
    ["a full reset", `${esc}cok`, "ok"],
    ["NUL and bells", "a\u0000b\u0007c", "abc"],
    ["backspaces", "abc\b\b\bxyz", "abcxyz"],
    ["a line that was overwritten", "10 %\r50 %\r100 %", "100 %"],
    ["a line that ends in a carriage return", "done\r", "done"],
  ])("does without %s", (_, line, expected) => {
    expect(plain(line)).toBe(expected);
    expect(harmlessText(line)).toBe(expected);
  });

  test("shows what would turn the direction of the text around it", () => {
    expect(harmlessText("user\u202etxt.exe")).toBe("user\ufffdtxt.exe");
    expect(harmlessText("a\u2067b\u2069")).toBe("a\ufffdb\ufffd");
  });

  test("shows half a surrogate pair as a replacement character, and leaves a whole one", () => {
    expect(harmlessText("\ud83d!")).toBe("\ufffd!");
    expect(harmlessText("🚀")).toBe("🚀");
  });

  test("keeps colours, tabs and line breaks", () => {
    const text = `a\tb\n${esc}[31mred${esc}[0m`;
    expect(harmlessText(text)).toBe(text);
  });

  test("lets nothing through but text and colours, whatever is thrown at it", () => {
    const pieces = fc.constantFrom(
      esc,
      "[",
      "]",
      "8;;",
      "\u0007",
      "\\",
      "m",
      "31",
      "\r",
      "\u009b",
      "P",
      "<b>",
      "\u0000",
      "x",
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join("")),
        (text) => {
          const rest = harmlessText(text).replace(new RegExp(`${esc}\\[[0-9;]*m`, "g"), "");
          // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be left
          expect(rest).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
        },
      ),
    );
  });
});

describe("colours", () => {
  test("become classes", () => {
    expect(spansOf([`plain ${esc}[1;31mloud${esc}[0m plain`])[0]).toEqual([
      { text: "plain ", classes: "" },
      { text: "loud", classes: "ansi-red-fg ansi-bold" },
      { text: " plain", classes: "" },
    ]);
  });

  test("of 256 and of 16 million become the nearest of sixteen", () => {
    expect(spansOf([`${esc}[38;5;196mx`])[0]?.[0]?.classes).toBe("ansi-bright-red-fg");
    expect(spansOf([`${esc}[38;2;10;160;20mx`])[0]?.[0]?.classes).toBe("ansi-green-fg");
    expect(spansOf([`${esc}[48;5;238mx`])[0]?.[0]?.classes).toBe("ansi-bright-black-bg");
  });

  test("last from one line into the next, until they are reset", () => {
    const lines = spansOf([`${esc}[32mgreen`, "still green", `${esc}[0mplain`, "still plain"]);
    expect(lines.map((spans) => spans[0]?.classes)).toEqual(["ansi-green-fg", "ansi-green-fg", "", ""]);
  });

  test("are given up in a line that has hundreds of them, whose text stays", () => {
    const line = `${esc}[1mx`.repeat(3_000);
    expect(spansOf([line])[0]).toEqual([{ text: "x".repeat(3_000), classes: "" }]);
  });

  test("of a line of a megabyte are found in well under a second", () => {
    const startMs = performance.now();
    spansOf(["a".repeat(1_000_000), `${esc}]0;`.repeat(100_000), "\r".repeat(1_000_000)]);
    expect(performance.now() - startMs).toBeLessThan(900);
  });
});

test("plain text holds no control characters but tab and line feed, whatever it is made of", () => {
  expect(plainText(`${esc}[1;31mred${esc}[0m\tand\nblue`)).toBe("red\tand\nblue");
  const pieces = fc.constantFrom(
    esc,
    `${esc}[31m`,
    "[0m",
    "]52;c;",
    "\u0007",
    "\u009b",
    "\u009d",
    "\r",
    "m",
    "\n",
    "x",
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: "binary-ascii", maxLength: 3 }))), (parts) => {
      expect(plainText(parts.join(""))).not.toMatch(/[^\P{Cc}\t\n]/u);
    }),
  );
});
