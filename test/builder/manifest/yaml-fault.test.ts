import { describe, expect, it } from "vitest";
import { plan } from "../tree.ts";

const found = async (file: string, text: string) => {
  const error = await plan({ [file]: text, "index.html": "" }).catch((reason: unknown) => reason);
  return error instanceof Error ? error.message : "nothing";
};

describe("a file that is no YAML", () => {
  it.each([
    ["a:\n\tb:\n\t\timage: x\n", "line 2: the line is indented with a tab, but YAML allows only spaces"],
    [
      "a:\n  b:\n    image: x\n    ports: [1]\n    command: y\n    ports: [2]\n",
      "line 6: the key ports already exists on line 4: a mapping can have each key only once",
    ],
    [
      "a:\n  b:\n    command: run: this: now\n",
      "line 3: the value contains a colon followed by a space, which starts another key",
    ],
    ["a:\n  b:\n   image: x\n     ports: [1]\n", "line 3: the lines below are indented more than this one allows"],
    ["a:\n  b:\n    - image: x\n    image: y\n", "line 4: the indentation does not match the lines above"],
    ['a:\n  b:\n    command: "abc\n    image: a\n', "line 3: a quote is opened and never closed"],
    ["a: {b: {image: x\n", "line 2: a { or [ is opened and never closed"],
    ["a:\n  b:\n    image: @x\n", "line 3: a value cannot begin with @"],
    ["a:\n  b:\n    image: x\n    command\n", "line 4: the line has a key without a colon after it"],
    ["a: {}\n---\na: {}\n", "line 2: a second document begins here (---), but Baton reads only one"],
    ["<<<<<<< HEAD\na: {}\n=======\n>>>>>>> other\n", "line 1: the line is left over from a merge conflict"],
  ])("is refused in one sentence, with file and line: %j", async (text, sentence) => {
    expect(await found("compose.yaml", text.replace("a:", "services:"))).toBe(`compose.yaml, ${sentence}`);
    expect(await found("baton.yaml", text.replace("a:", "stacks:"))).toBe(`baton.yaml, ${sentence}`);
  });
});
