/** One instruction of a Dockerfile, as its builder splits it. */
export interface DockerfileLine {
  /** In capitals: "FROM". */
  readonly keyword: string;
  /** "from=build" of `--from=build`, without quotes and escapes. */
  readonly flags: readonly string[];
  /** The text that follows the flags, with backslashes as its only escapes. That of ONBUILD is kept as it is written. */
  readonly rest: string;
  /** The line that it begins at, from 1. */
  readonly line: number;
  readonly escapeToken: Reading["escapeToken"];
}

/** What builders of different ages read differently. */
export interface Reading {
  /** Before Docker 23 the lines of a here-document are instructions. */
  readonly hereDocuments: boolean;
  /** Whether `# escape=` counts only when it stands on the first line, or behind other directives, too, differs. */
  readonly escapeToken: "`" | "\\";
}

/**
 * Every way in which some builder splits this Dockerfile, the newest one's first. The others are left out when they
 * hold what is no instruction at all: their builder refuses such a file as a whole.
 */
export function readingsOf(text: string): readonly (readonly DockerfileLine[])[] {
  const escapes = /^\s*#\s*escape\s*=\s*`/im.test(text) ? (["`", "\\"] as const) : (["\\"] as const);
  const hereDocuments = text.includes("<<") ? [true, false] : [true];
  const [newest = [], ...others] = escapes.flatMap((escapeToken) =>
    hereDocuments.map((each) => dockerfileLines(text, { hereDocuments: each, escapeToken })),
  );
  return [newest, ...others.filter((lines) => lines.every(({ keyword }) => keywords.has(keyword)))];
}

const keywords = new Set(
  (
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME " +
    "WORKDIR"
  ).split(" "),
);

/**
 * The instructions of a Dockerfile, split as BuildKit's parser does it. What must not be overlooked is read here rather
 * than with dockerfile-ast, which is made for editors and lenient about quotes, escapes and here-documents.
 */
function dockerfileLines(text: string, { hereDocuments, escapeToken }: Reading): DockerfileLine[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  // Behind another one of its kind it is a character like any other.
  const continued = escapeToken === "`" ? /(^|[^`])`[ \t]*$/ : /(^|[^\\])\\[ \t]*$/;
  const found: DockerfileLine[] = [];
  for (let at = 0; at < lines.length; ) {
    const line = at + 1;
    let instruction = "";
    let goesOn = true;
    while (goesOn && at < lines.length) {
      const written = lines[at++] ?? "";
      if (commentOrNothing.test(written)) {
        goesOn = instruction !== "";
        continue;
      }
      goesOn = continued.test(written);
      instruction += written.replace(continued, "$1");
    }
    const read = readInstruction(instruction, line, escapeToken);
    if (read === null) continue;
    found.push(read);
    if (hereDocuments) at = afterHereDocuments(read, lines, at);
  }
  return found;
}

/** Matches what Go takes for blank. Unlike in JavaScript that includes U+0085, and no byte order mark. */
const commentOrNothing = /^(?:(?!\ufeff)[\s\u0085])*(?:#|$)/;

/** `ONBUILD` holds one in its `rest`. Null: the text is blank. */
export function readInstruction(
  text: string,
  line: number,
  escapeToken: Reading["escapeToken"] = "\\",
): DockerfileLine | null {
  const [, keyword, args = ""] = /^[\s\u0085]*([^\s\u0085]+)[\s\u0085]*(.*)$/s.exec(text) ?? [];
  if (keyword === undefined) return null;
  const flags: string[] = [];
  let rest = escapeToken === "`" && !isCompound(keyword) ? withBackslashes(args) : args;
  while (rest.startsWith("--")) {
    const [flag = rest] = wordsOf(rest);
    rest = rest.slice(flag.length).replace(/^[\s\u0085]+/, "");
    if (flag === "--") break;
    flags.push(withoutQuotes(flag).slice(2));
  }
  // JSON has escapes of its own.
  if (escapeToken === "`" && rest.startsWith("[")) rest = rest.replace(/\\(.)/gs, "$1");
  return { keyword: keyword.toUpperCase(), flags, rest, line, escapeToken };
}

function isCompound(keyword: string): boolean {
  return keyword.toUpperCase() === "ONBUILD";
}

/** The same for whom a backslash escapes. */
function withBackslashes(text: string): string {
  return text.replace(/`(.)|[`\\]/gs, (_, escaped?: string) => `\\${escaped ?? "\\"}`);
}

/** A list of texts, as which some instructions can be written; null: it is none. Builders overlook what stands behind it. */
export function listIn(text: string): readonly string[] | null {
  const [json] = /^[\s\u0085]*\[(?:[^"\]]|"(?:\\.|[^"\\])*")*\]/s.exec(text) ?? [];
  if (json === undefined) return null;
  try {
    const list: unknown = JSON.parse(json.replace(/^[\s\u0085]+/, ""));
    return Array.isArray(list) && list.every((each): each is string => typeof each === "string") ? list : null;
  } catch {
    // Then builders take it for words, too.
    return null;
  }
}

/** The words of a line. Quotes hold blanks together, and stay where they are. */
export function wordsOf(text: string): readonly string[] {
  return text.match(/(?:\\.|"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|[^\s\u0085"'\\]|\\$)+/gs) ?? [];
}

/** Builders take quotes and escapes away wherever they stand in a word. */
export function withoutQuotes(word: string): string {
  return word.replace(/\\(.)|["']/gs, "$1");
}

/** Where the next instruction is, behind the here-documents that this one opens. */
function afterHereDocuments({ keyword, flags, rest }: DockerfileLine, lines: readonly string[], from: number): number {
  const [, inner = "", innerRest = ""] = isCompound(keyword)
    ? (/^(\S+)(.*)$/s.exec(rest) ?? [])
    : [null, keyword, rest];
  if (!["RUN", "COPY", "ADD"].includes(inner.toUpperCase()) || listIn(innerRest) !== null) return from;
  let at = from;
  for (const word of wordsOf([...flags, rest].join(" "))) {
    const [, chomp, name = ""] = /^\d*<<(-?)([^<]+)$/.exec(word) ?? [];
    const end = withoutQuotes(name);
    if (end === "") continue;
    while (at < lines.length && (chomp ? lines[at]?.replace(/^\t+/, "") : lines[at]) !== end) at++;
    at++;
  }
  return at;
}
