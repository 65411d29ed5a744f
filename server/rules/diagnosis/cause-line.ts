import type { Failure } from "../../model/deployment/deployment.ts";
import { looksLikeError } from "./looks-like-error.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: matches colour codes between words
const colours = /\u001b\[[0-9;]*m/g;
const maxCauseChars = 140;
const maxLineChars = 2_000;

/**
 * The most telling kinds come first. A compiler's first error causes the others; of a repeated trace, the last one
 * counts.
 */
const kinds: readonly { readonly pattern: RegExp; readonly pick: "first" | "last" }[] = [
  { pattern: /\bTS\d{3,5}: .+/, pick: "first" },
  { pattern: /^\S+\.go:\d+(?::\d+)?: .+/, pick: "first" },
  { pattern: /\[emerg\] .+/, pick: "last" },
  { pattern: /^Caused by: .+/, pick: "last" },
  { pattern: /^Exception in thread "[^"]*" .+/, pick: "last" },
  { pattern: /^(?:Uncaught )?(?:[a-z_]\w*\.)*(?:[A-Z]\w*)?(?:Error|Exception)(?: \[\w+\])?: .+/, pick: "last" },
  { pattern: /^\S+:\d+:in .+ \((?:\w+::)*\w*Error\)$/, pick: "last" },
  { pattern: /^(?:panic|fatal error): .+/, pick: "last" },
  { pattern: /\bFATAL:\s+.+/, pick: "last" },
  {
    pattern: /^(?:\S*\/)?(?:ba|da|a)?sh: .+(?:not found|[Pp]ermission denied|No such file or directory)/,
    pick: "last",
  },
  { pattern: /\b[A-Z][A-Z0-9_]+ (?:is not set|is not defined|is required|must be set|is missing).*/, pick: "last" },
  {
    pattern:
      /^(?!.*\b(?:using|default\w*|fall\w*|optional|disabled|ignor\w+|skip\w+)\b).*\b(?:[Mm]issing|[Uu]nset|[Rr]equires?)(?: the| an?| required)* (?:env(?:ironment)?\.? )?(?:variable|var)s?\b.*/,
    pick: "last",
  },
];

interface Cause {
  /** The index of the line in the output. */
  readonly index: number;
  readonly text: string;
}

/** Finds the line of output that says why a program failed, shortened and without colours. Null when no line does. */
export function causeLine(output: readonly string[]): string | null {
  return causeIn(output)?.text ?? null;
}

/** The index of that line. */
export function causeIndex(output: readonly string[]): number | null {
  return causeIn(output)?.index ?? null;
}

function causeIn(output: readonly string[]): Cause | null {
  const lines = output.map((line) => bare(line.slice(0, maxLineChars)));
  for (const { pattern, pick } of kinds) {
    const found = lines.flatMap((line, index): readonly Cause[] => {
      const text = pattern.exec(line)?.[0];
      return text === undefined ? [] : [{ index, text: shortened(text) }];
    });
    const cause = pick === "first" ? found[0] : found.at(-1);
    if (cause) return cause;
  }
  const guess = lines.findIndex(looksLikeError);
  return guess === -1 ? null : { index: guess, text: shortened(lines[guess] ?? "") };
}

/**
 * Adds the cause to a failure's sentence when the program crashed or answered with its own error. Secrets have been
 * redacted before.
 */
export function withCause(failure: Failure): Failure {
  if (/\(exit code \d+\): /.test(failure.message)) return failure;
  const isProgram = /crashed|exited with code [1-9]|answered 5\d\d|kept returning 5\d\d/.test(failure.message);
  if (!isProgram || failure.outOfMemory) return failure;
  const cause = causeLine(failure.lastLines);
  if (cause === null || failure.message.includes(cause)) return failure;
  return { ...failure, message: `${failure.message}: ${cause}` };
}

/** Strips colours and what Node prints around errors: `[cause]: Error: … {`. */
function bare(line: string): string {
  return line
    .replace(colours, "")
    .trim()
    .replace(/^\[cause\]: /, "")
    .replace(/ \{$/, "");
}

function shortened(line: string): string {
  const text = line.replace(/\s+/g, " ");
  return text.length <= maxCauseChars ? text : `${text.slice(0, maxCauseChars - 1)}…`;
}
