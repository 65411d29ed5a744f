import { type Lookup, substitute } from "./template.ts";

export interface EnvFileLine {
  readonly line: number;
  readonly name: string;
  /** Null: the name alone, which takes its value from outside. */
  readonly value: string | null;
}

export interface EnvFileProblem {
  readonly line: number;
  readonly message: string;
}

export interface EnvFile {
  readonly lines: readonly EnvFileLine[];
  readonly problems: readonly EnvFileProblem[];
}

/**
 * The format of `.env` and of `env_file`, as Compose has it: `export` is skipped, 'single quotes' are literal, "double
 * quotes" know escapes, both may span lines, and all but single quotes is interpolated, from outside first and then from
 * the lines above.
 */
export function parseEnvFile(text: string, outside: Lookup): EnvFile {
  const lines: EnvFileLine[] = [];
  const problems: EnvFileProblem[] = [];
  const above = new Map<string, string>();
  const lookup: Lookup = (name) => outside(name) ?? above.get(name);

  const source = text.replace(/\r\n?/g, "\n");
  const scanner = /[ \t]*(?:#[^\n]*|(?:export[ \t]+)?([^\s=:#]+)[ \t]*(?:[=:]|(?=\n|#|$))|([^\n]*))/y;
  let at = 0;
  let line = 1;
  while (at < source.length) {
    scanner.lastIndex = at;
    const [matched = "", name, nonsense] = scanner.exec(source) ?? [];
    const start = at + matched.length;
    let end = lineEnd(source, start);
    if (nonsense?.trim()) {
      problems.push({ line, message: `has a line that is no NAME=value: ${nonsense.trim().slice(0, 40)}` });
    } else if (name !== undefined) {
      const raw = /[=:]$/.test(matched) ? readValue(source, start) : null;
      // What follows an open quote may be meant to be inside of it.
      if (raw) end = raw.end ?? source.length;
      const value = raw === null ? null : expandValue(raw, lookup);
      if (typeof value === "string") above.set(name, value);
      if (value !== null && typeof value !== "string") problems.push({ line, message: `${name} ${value.message}` });
      else lines.push({ line, name, value });
    }
    for (let index = source.indexOf("\n", at); index >= 0 && index <= end; index = source.indexOf("\n", index + 1)) {
      line += 1;
    }
    at = end + 1;
  }
  return { lines, problems };
}

/** `format: raw`, as `docker run --env-file` has it: no quotes, no variables. */
export function parseRawEnvFile(text: string): EnvFile {
  const lines = text.split(/\r\n?|\n/).flatMap((content, index): EnvFileLine[] => {
    if (content.trim() === "" || content.trimStart().startsWith("#")) return [];
    const equals = content.indexOf("=");
    const name = (equals < 0 ? content : content.slice(0, equals)).trim();
    return [{ line: index + 1, name, value: equals < 0 ? null : content.slice(equals + 1) }];
  });
  return { lines, problems: [] };
}

interface RawValue {
  readonly text: string;
  readonly quote: "'" | '"' | null;
  /** Where its last line ends; null: its closing quote is missing. */
  readonly end: number | null;
}

function readValue(source: string, afterEquals: number): RawValue {
  const start = afterEquals + (/^[ \t]*/.exec(source.slice(afterEquals, afterEquals + 256))?.[0].length ?? 0);
  const quote = source[start];
  if (quote === "'" || quote === '"') {
    for (let at = start + 1; at < source.length; at++) {
      if (source[at] === "\\" && quote === '"') at += 1;
      else if (source[at] === quote) return { text: source.slice(start + 1, at), quote, end: lineEnd(source, at) };
    }
    return { text: "", quote, end: null };
  }
  const end = lineEnd(source, afterEquals);
  // A comment needs a space before it: COLOUR=#fff has none.
  const uncommented = source.slice(afterEquals, end).replace(/[ \t]#.*$/, "");
  return { text: uncommented.trim(), quote: null, end };
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end < 0 ? source.length : end;
}

function expandValue({ text, quote, end }: RawValue, lookup: Lookup): string | { readonly message: string } {
  if (end === null) return { message: "has a quote that is not closed" };
  if (quote === "'") return text;
  const result = substitute(quote === '"' ? withoutEscapes(text) : text, lookup);
  switch (result.type) {
    case "text":
      return result.text;
    case "required":
      return { message: `needs ${result.name}, which is not set${result.message ? `: ${result.message}` : ""}` };
    case "invalid":
      return { message: result.message };
  }
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", $: "$$" };

function withoutEscapes(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, character: string) => escapes[character] ?? character);
}
