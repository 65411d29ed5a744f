import { shellWords } from "./shell-words.ts";

/** A command that needs no shell: its words without quotes, and the assignments in front of it. */
export interface SimpleCommand {
  readonly assignments: readonly string[];
  readonly words: readonly string[];
}

/** Matches a line that no shell treats specially: double quotes hold no variables, and nothing is escaped. */
const plainLine = /^(?:[\w@%+=:,./\s-]|"[^"$`\\]*"|'[^']*')*$/;

/** Returns null when the line needs a shell: variables, pipes, patterns, several commands. */
export function parseSimpleCommand(line: string): SimpleCommand | null {
  const words = plainLine.test(line) ? (shellWords(line) ?? []) : [];
  const first = words.findIndex((word) => !/^\w+=/.test(word));
  if (first < 0) return null;
  return { assignments: words.slice(0, first), words: words.slice(first) };
}

/**
 * Returns the arguments that run the line in a container: the program itself when the line needs no shell. Where a
 * shell is only needed for variables, it is replaced by the program with `exec`, so that the program gets the stop
 * signal.
 */
export function argumentVector(line: string): readonly string[] {
  const simple = parseSimpleCommand(line);
  const isShellWord = ["cd", "exec", "export", "test", "true", "."].includes(simple?.words[0] ?? "");
  return simple?.assignments.length === 0 && !isShellWord
    ? simple.words
    : ["sh", "-c", isOneProgram(line) ? `exec ${line}` : line];
}

function isOneProgram(line: string): boolean {
  return (
    /^[\w./-]+(?: [\w./:=@%+,-]*(?:\$\w+|\$\{\w+\})?[\w./:=@%+,-]*)*$/.test(line.trim()) &&
    !/^(?:cd|exec|export|test|true|\.)\b/.test(line)
  );
}
