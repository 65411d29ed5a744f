// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how Compose writes variables.
import { describe, expect, it } from "vitest";
import { parseEnvFile, parseRawEnvFile } from "../../../server/model/values/env-file.ts";

const outside = (name: string) => ({ HOME_TOWN: "Ulm", COLOUR: "red" })[name];

function valuesOf(text: string): Readonly<Record<string, string | null>> {
  return Object.fromEntries(parseEnvFile(text, outside).lines.map(({ name, value }) => [name, value]));
}

describe("a file of variables", () => {
  it.each([
    ["A=1", "1"],
    ["A = 1 ", "1"],
    ["export A=1", "1"],
    ["A: 1", "1"],
    ["A=", ""],
    ["A=   # nothing", ""],
    ["A=#fff", "#fff"],
    ["A=one # two", "one"],
    ["A=one#two", "one#two"],
    ["A='one # $COLOUR \\n'", "one # $COLOUR \\n"],
    ['A="one # two" # three', "one # two"],
    ['A="one\\ntwo\\t\\"three\\" \\\\"', 'one\ntwo\t"three" \\'],
    ['A="one\ntwo"', "one\ntwo"],
    ["A=a=b=c", "a=b=c"],
    ["A=$COLOUR and ${HOME_TOWN}", "red and Ulm"],
    ['A="$COLOUR"', "red"],
    ['A="\\$COLOUR"', "$COLOUR"],
    ["A=$$5", "$5"],
    ["A=${NONE:-default}", "default"],
    ["A=1\r\n", "1"],
    ["\n\n# comment\n   # another\nA=1\n", "1"],
    ["A", null],
    ['A="say \\"hi\\" now"', 'say "hi" now'],
    ["A=s3cr3t#1", "s3cr3t#1"],
    ['A={"k":"a#b"}', '{"k":"a#b"}'],
    ["A=postgres://u:p#w@db/x", "postgres://u:p#w@db/x"],
    ['A="C:\\Users\\d+"', "C:\\Users\\d+"],
    ["A='it\\'s'", "it's"],
    ["\uFEFFA=1", "1"],
  ])("reads %j", (text, value) => {
    expect(valuesOf(text)).toEqual({ A: value });
  });

  it("lets a line use those above it, below what comes from outside", () => {
    expect(valuesOf("USER_NAME=anna\nURL=db://$USER_NAME\nCOLOUR=blue\nPAINT=$COLOUR")).toEqual({
      USER_NAME: "anna",
      URL: "db://anna",
      COLOUR: "blue",
      PAINT: "red",
    });
  });

  it.each([
    ["A=1\nno name here\nB=2", 2],
    ['A=1\n\nB="open', 3],
    ['A="two\nlines"\nB=$(date)', 3],
    ["A=1\n=2", 2],
    ['A="1" and more', 1],
  ])("says the line of what is wrong in %j", (text, line) => {
    expect(parseEnvFile(text, outside).problems.map((problem) => problem.line)).toEqual([line]);
  });

  it("tells the lines of a value, and which variables it uses that nothing defines", () => {
    expect(parseEnvFile('A="two\n$NONE"\nB=$A${OTHER:-1}', outside).lines).toEqual([
      { line: 1, lastLine: 2, name: "A", value: "two\n", undefinedNames: ["NONE"] },
      { line: 3, lastLine: 3, name: "B", value: "two\n1", undefinedNames: [] },
    ]);
  });

  it("has a raw form, without quotes and variables", () => {
    expect(parseRawEnvFile('# comment\nA="$B" # all of it\nC\n').lines).toMatchObject([
      { line: 2, name: "A", value: '"$B" # all of it' },
      { line: 3, name: "C", value: null },
    ]);
  });
});
