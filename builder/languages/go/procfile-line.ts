import { parseSimpleCommand } from "../../shell/simple-command.ts";

/** What a line of a Procfile runs. */
export interface ProgramLine {
  /** The name that the program is built under. */
  readonly name: string;
  /** The folder that it is built from, where the line says so: `go run ./cmd/shop`. */
  readonly folder: string | null;
  /** What runs it in an image that has no Go: `shop`. */
  readonly line: string;
}

const unnamed = "app";

/** Procfiles name the program that the build makes, `web: shop -verbose` or `web: bin/shop`, or build it anew: `web: go run .` */
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
  // Several files are one program.
  const last = isFile(source) ? words.findLastIndex(isFile) : what;
  const folder = (isFile(source) ? source.replace(/(?:^|\/)[^/]*$/, "") : source)
    .replace(/^\.\/?/, "")
    .replace(/\/$/, "");
  const name = folder.split("/").at(-1) || unnamed;
  return { name, folder, line: [name, ...words.slice(last + 1)].join(" ") };
}
