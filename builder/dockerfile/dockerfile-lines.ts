/** One instruction of a Dockerfile, as a builder splits it. */
export interface DockerfileLine {
  /** The instruction in capitals: "FROM". */
  readonly keyword: string;
  /** Flags without quotes and escapes: "from=build" for `--from=build`. */
  readonly flags: readonly string[];
  /** The text after the flags, with backslashes as its only escapes. That of ONBUILD is kept as written. */
  readonly rest: string;
  /** The line where the instruction begins, from 1. */
  readonly line: number;
  readonly escapeToken: Reading["escapeToken"];
}

/** The ways in which builders of different ages read a Dockerfile differently. */
export interface Reading {
  /** Whether here-documents are known. Before Docker 23, their lines are read as instructions. */
  readonly hereDocuments: boolean;
  /**
   * The escape character. Builders differ on whether `# escape=` counts only on the first line or also after other
   * directives.
   */
  readonly escapeToken: "`" | "\\";
}

/**
 * Returns every way in which some builder splits this Dockerfile, the newest builder's first. Other readings are left
 * out when they contain something that is no instruction, because their builder refuses such a file as a whole.
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
 * Splits a Dockerfile into instructions as BuildKit's parser does. Security checks rely on the result. dockerfile-ast
 * is made for editors and lenient about quotes, escapes and here-documents, so it is not used for them.
 */
function dockerfileLines(text: string, { hereDocuments, escapeToken }: Reading): DockerfileLine[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  // A doubled escape character is an ordinary character.
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

/**
 * Matches a comment or a blank line. Go's notion of blank differs from JavaScript's: it includes U+0085 and excludes
 * the byte order mark.
 */
const commentOrNothing = /^(?:(?!\ufeff)[\s\u0085])*(?:#|$)/;

/** Reads one instruction. The `rest` of an ONBUILD holds another one. Null when the text is blank. */
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
  // JSON has its own escapes.
  if (escapeToken === "`" && rest.startsWith("[")) rest = rest.replace(/\\(.)/gs, "$1");
  return { keyword: keyword.toUpperCase(), flags, rest, line, escapeToken };
}

function isCompound(keyword: string): boolean {
  return keyword.toUpperCase() === "ONBUILD";
}

/** Rewrites the escape character as a backslash. */
function withBackslashes(text: string): string {
  return text.replace(/`(.)|[`\\]/gs, (_, escaped?: string) => `\\${escaped ?? "\\"}`);
}

/**
 * Returns the list of texts that some instructions accept as JSON; null when there is none. Builders ignore what
 * follows the list.
 */
export function listIn(text: string): readonly string[] | null {
  const [json] = /^[\s\u0085]*\[(?:[^"\]]|"(?:\\.|[^"\\])*")*\]/s.exec(text) ?? [];
  if (json === undefined) return null;
  try {
    const list: unknown = JSON.parse(json.replace(/^[\s\u0085]+/, ""));
    return Array.isArray(list) && list.every((each): each is string => typeof each === "string") ? list : null;
  } catch {
    // Builders also read it as words then.
    return null;
  }
}

/** Splits a line into words. Quotes keep blanks together and stay in the words. */
export function wordsOf(text: string): readonly string[] {
  return text.match(/(?:\\.|"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|[^\s\u0085"'\\]|\\$)+/gs) ?? [];
}

/** Removes quotes and escapes anywhere in a word, as builders do. */
export function withoutQuotes(word: string): string {
  return word.replace(/\\(.)|["']/gs, "$1");
}

/** Returns the index of the next instruction, after the here-documents of this one. */
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
