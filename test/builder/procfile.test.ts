import { describe, expect, it } from "vitest";
import { parseProcfile } from "../../builder/procfile.ts";

describe("a Procfile", () => {
  it("holds a command for each process type", () => {
    const text =
      "# comment\n\nweb: node web.js --port $PORT\nworker:node worker.js\r\nnonsense\nrelease:  ./migrate \n";
    expect([...parseProcfile(text)]).toEqual([
      ["web", "node web.js --port $PORT"],
      ["worker", "node worker.js"],
      ["release", "./migrate"],
    ]);
  });

  it.each([
    ["web: node web.js # testing inline comment", "node web.js"],
    ["web: node web.js --url http://a/#b", "node web.js --url http://a/#b"],
    ["web: echo 'no # comment' here", "echo 'no # comment' here"],
    ['web: echo "a #b"', 'echo "a #b"'],
    ["web: echo it's", "echo it's"],
  ])("may have comments: %s", (line, command) => {
    expect(parseProcfile(line).get("web")).toBe(command);
  });
});
