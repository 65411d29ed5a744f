import type { YAMLParseError } from "yaml";

/** A line that cannot be read as YAML. */
export interface YamlFault {
  /** The line, from 1. */
  readonly line: number;
  /** A whole sentence. */
  readonly message: string;
  readonly hint: string;
}

const maxFaults = 10;

/**
 * Turns the parser's errors into sentences. Errors after the first are often its consequence, so each kind is reported
 * once.
 */
export function yamlFaults(
  source: string,
  errors: readonly YAMLParseError[],
  lineOf: (offset: number) => number,
): readonly YamlFault[] {
  const lines = source.split(/\r\n?|\n/);
  const conflict = lines.findIndex((line) => /^(?:<{7} |>{7} |={7}$)/.test(line));
  if (conflict >= 0) {
    const hint = "Decide which of the two sides to keep, remove the markers, and commit.";
    return [{ line: conflict + 1, message: "the line is left over from a merge conflict", hint }];
  }
  const faults = new Map<string, YamlFault>();
  for (const error of errors) {
    const line = placeOf(error, lines, lineOf);
    const isNew = ![...faults.values()].some((each) => each.line === line);
    const id = error.code === "DUPLICATE_KEY" ? `${error.code} ${line}` : error.code;
    if (isNew && !faults.has(id)) faults.set(id, { line, ...inWords(error, lines, line) });
  }
  return [...faults.values()].slice(0, maxFaults);
}

/**
 * Finds the line of an error. The parser notices an open quote only at the end of the file, so the line is the one with
 * an odd number of quotes.
 */
function placeOf({ code, message, pos }: YAMLParseError, lines: readonly string[], lineOf: (offset: number) => number) {
  const line = Math.min(lineOf(pos[0]), Math.max(1, lines.length));
  const quote = code === "MISSING_CHAR" ? /closing (["'])quote/.exec(message)?.[1] : undefined;
  if (quote === undefined) return line;
  const opened = lines.findLastIndex((each, index) => index < line && each.split(quote).length % 2 === 0);
  return opened < 0 ? line : opened + 1;
}

function inWords({ code, message }: YAMLParseError, lines: readonly string[], line: number): Omit<YamlFault, "line"> {
  const text = lines[line - 1] ?? "";
  switch (code) {
    case "RESOURCE_EXHAUSTION":
      return { message: "the file is nested too deeply", hint: "Shorten it." };
    case "TAB_AS_INDENT":
      return {
        message: "the line is indented with a tab, but YAML allows only spaces",
        hint: "Replace the tabs at the beginning of lines with spaces; most editors have a command for it.",
      };
    case "DUPLICATE_KEY":
      return duplicateKey(lines, line);
    case "BLOCK_AS_IMPLICIT_KEY":
      return /:\s.*:\s/.test(text)
        ? {
            message: "the value contains a colon followed by a space, which starts another key",
            hint: "Put the value in quotes.",
          }
        : {
            message: "the lines below are indented more than this one allows",
            hint: "Indent all keys of a mapping equally.",
          };
    case "BAD_INDENT":
      if (/end with a [}\]]/.test(message)) return neverClosed;
      return {
        message: "the indentation does not match the lines above",
        hint: "Indent all keys of a mapping, and all items of a list, equally.",
      };
    case "MISSING_CHAR":
      if (/quote/.test(message)) return { message: "a quote is opened and never closed", hint: "Close it." };
      if (/map values/.test(message))
        return { message: "the line has a key without a colon after it", hint: "Write it like key: value." };
      return neverClosed;
    case "BAD_SCALAR_START":
      return {
        message: `a value cannot begin with ${message.at(-1) ?? "this"}`,
        hint: "Put the value in quotes.",
      };
    case "MULTIPLE_DOCS":
      return {
        message: "a second document begins here (---), but Baton reads only one",
        hint: "Keep one, or use a file for each.",
      };
    case "MULTILINE_IMPLICIT_KEY":
      return {
        message: "the line is neither a key with a colon nor an item of a list",
        hint: "Write it like key: value.",
      };
    default:
      return {
        message: `this is not valid YAML: ${message}`,
        hint: "Correct it; an editor with YAML support shows the spot.",
      };
  }
}

function duplicateKey(lines: readonly string[], line: number): Omit<YamlFault, "line"> {
  const key = keyOf(lines[line - 1] ?? "");
  const first = key === null ? -1 : firstOf(key, lines, line);
  return {
    message: `the key ${key?.name ?? "here"} already exists${first < 0 ? "" : ` on line ${first}`}: a mapping can have each key only once`,
    hint: "Keep one of them, or put both values under one key.",
  };
}

const neverClosed = { message: "a { or [ is opened and never closed", hint: "Close it." };

interface Key {
  readonly name: string;
  readonly indent: number;
}

function keyOf(text: string): Key | null {
  const found = /^(\s*(?:- +)*)(["']?)([^:"'#{}[\]]+)\2\s*:(?:\s|$)/.exec(text);
  return found ? { name: found[3]?.trim() ?? "", indent: found[1]?.length ?? 0 } : null;
}

/** Returns the line of the same key in the same mapping; -1 when there is none. */
function firstOf({ name, indent }: Key, lines: readonly string[], before: number): number {
  for (let line = before - 1; line >= 1; line--) {
    const key = keyOf(lines[line - 1] ?? "");
    if (key === null) continue;
    if (key.indent < indent) return -1;
    if (key.indent === indent && key.name === name) return line;
  }
  return -1;
}
