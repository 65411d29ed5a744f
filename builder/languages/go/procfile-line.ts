import { parseSimpleCommand } from "../../shell/simple-command.ts";

/** The program that a line of a Procfile runs. */
export interface ProgramLine {
  /** The name under which the program is built. */
  readonly name: string;
  /** The folder that it is built from, when the line names one: `go run ./cmd/shop`. */
  readonly folder: string | null;
  /** The line that runs it in an image without Go: `shop`. */
  readonly line: string;
}

const unnamed = "app";

/**
 * Reads a line of a Procfile. It names the program that the build makes, `web: shop -verbose` or `web: bin/shop`, or
 * builds it again: `web: go run .`
 */
export function readProgramLine(line: string): ProgramLine {
  const words = parseSimpleCommand(line)?.words ?? [];
  const [first = "", second] = words;
  if (first === "go" && second === "run") return ofGoRun(line, words.slice(2));
  const name = first.replace(/^(?:\.\/)?(?:bin\/)?/, "");
  return { name: /^[\w-]+$/.test(name) && name !== "go" ? name : unnamed, folder: null, line };
}

function ofGoRun(line: string, words: readonly string[]): ProgramLine {
  const isFile = (word: string) => /^[\w./*-]+\.go$/.test(word);
  const what = words.findIndex((word) => !word.startsWith("-"));
  const source = words[what];
  if (source === undefined) return { name: unnamed, folder: null, line };
  // Several files make one program.
  const last = isFile(source) ? words.findLastIndex(isFile) : what;
  const folder = (isFile(source) ? source.replace(/(?:^|\/)[^/]*$/, "") : source)
    .replace(/^\.\/?/, "")
    .replace(/\/$/, "");
  const name = folder.split("/").at(-1) || unnamed;
  return { name, folder, line: [name, ...words.slice(last + 1)].join(" ") };
}
