import { describe, expect, it } from "vitest";
import { readProgramLine } from "../../../../builder/languages/go/procfile-line.ts";

describe("a line of a Go program's Procfile", () => {
  it.each([
    ["shop -v", { name: "shop", folder: null, line: "shop -v" }],
    ["./bin/shop", { name: "shop", folder: null, line: "./bin/shop" }],
    ["", { name: "app", folder: null, line: "" }],
    ["sleep 1 && shop", { name: "app", folder: null, line: "sleep 1 && shop" }],
  ])("names what is built: %s", (line, program) => {
    expect(readProgramLine(line)).toEqual(program);
  });

  it.each([
    ["go run .", { name: "app", folder: "", line: "app" }],
    ["go run main.go server.go -v", { name: "app", folder: "", line: "app -v" }],
    ["go run ./cmd/shop/ --port 1", { name: "shop", folder: "cmd/shop", line: "shop --port 1" }],
    ["go run -race cmd/shop/main.go", { name: "shop", folder: "cmd/shop", line: "shop" }],
  ])("that builds and runs at once becomes the program: %s", (line, program) => {
    expect(readProgramLine(line)).toEqual(program);
  });
});
