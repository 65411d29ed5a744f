import { type Lookup, type Substituted, type SubstituteOptions, substitute } from "../deployment/template.ts";

export interface EnvFileLine {
  readonly line: number;
  /** Differs from `line` when a quoted value spans lines. */
  readonly lastLine: number;
  readonly name: string;
  /** Null for a name alone, which takes its value from outside. */
  readonly value: string | null;
  /** Variables that the value uses and nothing defines; they became empty. */
  readonly undefinedNames: readonly string[];
}

export interface EnvFileProblem {
  readonly line: number;
  readonly lastLine: number;
  /** The variable's name; where there is none, the line as it is written. */
  readonly subject: string;
  /** The end of a sentence that begins with the subject. */
  readonly message: string;
}

export interface EnvFile {
  readonly lines: readonly EnvFileLine[];
  readonly problems: readonly EnvFileProblem[];
}

/**
 * Reads the format of `.env` and of `env_file` as Compose does: `export` is skipped, 'single quotes' are literal,
 * "double quotes" know escapes, and both may span lines. Everything except single quotes is interpolated, from outside
 * first and then from the lines above. `options` are those of `substitute`.
 */
export function parseEnvFile(text: string, outside: Lookup, options: SubstituteOptions = {}): EnvFile {
  const lines: EnvFileLine[] = [];
  const problems: EnvFileProblem[] = [];
  const above = new Map<string, string>();
  const lookup: Lookup = (name) => outside(name) ?? above.get(name);

  const source = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const scanner = /[ \t]*(?:#[^\n]*|(?:export[ \t]+)?([^\s=:#]+)[ \t]*(?:[=:]|(?=\n|#|$))|([^\n]*))/y;
  let at = 0;
  let line = 1;
  while (at < source.length) {
    scanner.lastIndex = at;
    const [matched = "", name, nonsense] = scanner.exec(source) ?? [];
    const start = at + matched.length;
    const raw = name !== undefined && /[=:]$/.test(matched) ? readValue(source, start) : null;
    // The text after an open quote may be meant to be inside it.
    const end = raw ? (raw.end ?? source.length) : lineEnd(source, start);
    const place = { line, lastLine: line + newlines(source, at, end) };
    if (nonsense?.trim()) {
      problems.push({ ...place, subject: nonsense.trim().slice(0, 40), message: "is not NAME=value" });
    } else if (name !== undefined) {
      const value = raw === null ? unset : expandValue(raw, (template) => substitute(template, lookup, options));
      if ("message" in value) problems.push({ ...place, subject: name, message: value.message });
      else {
        if (value.text !== null) above.set(name, value.text);
        lines.push({ ...place, name, value: value.text, undefinedNames: value.undefinedNames });
      }
    }
    line = place.lastLine + 1;
    at = end + 1;
  }
  return { lines, problems };
}

function newlines(source: string, from: number, to: number): number {
  return source.slice(from, to).split("\n").length - 1;
}

/** Reads `format: raw`, as `docker run --env-file` does: no quotes, no variables. */
export function parseRawEnvFile(text: string): EnvFile {
  const lines = text.split(/\r\n?|\n/).flatMap((content, index): EnvFileLine[] => {
    if (content.trim() === "" || content.trimStart().startsWith("#")) return [];
    const equals = content.indexOf("=");
    const name = (equals < 0 ? content : content.slice(0, equals)).trim();
    const value = equals < 0 ? null : content.slice(equals + 1);
    return [{ line: index + 1, lastLine: index + 1, name, value, undefinedNames: [] }];
  });
  return { lines, problems: [] };
}

interface RawValue {
  readonly text: string;
  readonly quote: "'" | '"' | null;
  /** The text after the closing quote that is no comment. */
  readonly rest: string;
  /** Where its last line ends; null when its closing quote is missing. */
  readonly end: number | null;
}

function readValue(source: string, afterEquals: number): RawValue {
  const start = afterEquals + (/^[ \t]*/.exec(source.slice(afterEquals, afterEquals + 256))?.[0].length ?? 0);
  const quote = source[start];
  if (quote === "'" || quote === '"') {
    for (let at = start + 1; at < source.length; at++) {
      if (source[at] === "\\") at += 1;
      else if (source[at] === quote) {
        const end = lineEnd(source, at);
        const rest = source.slice(at + 1, end).trim();
        return { text: source.slice(start + 1, at), quote, rest: rest.startsWith("#") ? "" : rest, end };
      }
    }
    return { text: "", quote, rest: "", end: null };
  }
  const end = lineEnd(source, afterEquals);
  // A comment needs a space before it: COLOUR=#fff has none.
  const uncommented = source.slice(afterEquals, end).replace(/[ \t]#.*$/, "");
  return { text: uncommented.trim(), quote: null, rest: "", end };
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end < 0 ? source.length : end;
}

type Expanded =
  | { readonly text: string | null; readonly undefinedNames: readonly string[] }
  | { readonly message: string };

const unset: Expanded = { text: null, undefinedNames: [] };

function expandValue({ text, quote, rest, end }: RawValue, expand: (template: string) => Substituted): Expanded {
  if (end === null) return { message: "has a quote that is not closed" };
  if (rest !== "") return { message: `has text after its closing quote: ${rest.slice(0, 40)}` };
  if (quote === "'") return { text: text.replaceAll("\\'", "'"), undefinedNames: [] };
  const result = expand(quote === '"' ? withoutEscapes(text) : text);
  switch (result.type) {
    case "text": {
      const missing = result.uses.filter(({ isMissing, hasDefault }) => isMissing && !hasDefault);
      return { text: result.text, undefinedNames: missing.map(({ name }) => name) };
    }
    case "required":
      return { message: `needs ${result.name}, which is not set${result.message ? `: ${result.message}` : ""}` };
    case "invalid":
      return { message: result.message };
  }
}

const escapes: Readonly<Record<string, string>> = {
  ...{ a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" },
  ...{ '"': '"', "\\": "\\", $: "$$" },
};

/** A backslash before any other character stays a backslash, as in a Windows path. */
function withoutEscapes(text: string): string {
  return text.replace(/\\([\s\S])/g, (written, character: string) => escapes[character] ?? written);
}
