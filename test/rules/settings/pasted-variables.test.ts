import { describe, expect, it } from "vitest";
import { readPastedVariables } from "../../../server/rules/settings/pasted-variables.ts";

const sentencesOf = (text: string) => readPastedVariables(text).faults.map(({ sentence }) => sentence);

describe("a pasted .env file", () => {
  it("keeps #, quotes, JSON and URLs in values", () => {
    const text = String.raw`E_ESCAPED="say \"hi\" now"
E_HASH=s3cr3t#1
E_JSON={"k":"a#b"}
E_URL=postgres://u:p#w@db/x
E_BCRYPT='$2y$10$abcdefghijklmnopqrstuv'
E_AFTER=ok # not this`;
    expect(Object.fromEntries(readPastedVariables(text).values)).toEqual({
      E_ESCAPED: 'say "hi" now',
      E_HASH: "s3cr3t#1",
      E_JSON: '{"k":"a#b"}',
      E_URL: "postgres://u:p#w@db/x",
      E_BCRYPT: "$2y$10$abcdefghijklmnopqrstuv",
      E_AFTER: "ok",
    });
    expect(sentencesOf(text)).toEqual([]);
  });

  it("keeps lines of a value apart by LF, however it was pasted", () => {
    expect(readPastedVariables('KEY="one\r\ntwo"\r\nNEXT=1\r\n').values.get("KEY")).toBe("one\ntwo");
  });

  it.each([
    ["A=1\nFLAG", "Line 2: FLAG has no value. Write FLAG=value, or FLAG= for an empty one."],
    ["what is this", 'Line 1: "what is this" is not NAME=value.'],
    ["\n1ST=x", `Line 2: "1ST" isn't a valid name (letters, digits, _, . and -, starting with a letter or _).`],
    [
      "P=$2y$10",
      "Line 1: P has a $ that doesn't begin a variable: $2y$10. Put single quotes around the value to keep it as written.",
    ],
    [
      "P=pa$word",
      "Line 1: P uses $word, which no line above sets. Put single quotes around the value to keep it as written.",
    ],
    [
      "P='a\nB=1",
      "Line 1: P has a quote that is not closed. Put single quotes around the value to keep it as written.",
    ],
    [`P=${"x".repeat(32_769)}`, "Line 1: the value of P is longer than 32,768 characters."],
  ])("says the line and the name of what is wrong in %j", (text, sentence) => {
    expect(sentencesOf(text)).toEqual([sentence]);
  });

  it("keeps the lines that set something apart from those that do not", () => {
    const { values, faults } = readPastedVariables('GOOD=1\nmy key=2\nOPEN="a\nb\nALSO=3');
    expect([...values]).toEqual([["GOOD", "1"]]);
    expect(faults.map(({ line, text }) => [line, text])).toEqual([
      [2, "my key=2"],
      [3, 'OPEN="a\nb\nALSO=3'],
    ]);
  });
});
