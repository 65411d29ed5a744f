import { shellWords } from "./shell-words.ts";

/** A command that needs no shell: words, quotes resolved, and assignments in front of it. */
export interface SimpleCommand {
  readonly assignments: readonly string[];
  readonly words: readonly string[];
}

/** Words that no shell treats specially: double quotes hold no variables, and nothing is escaped. */
const plainLine = /^(?:[\w@%+=:,./\s-]|"[^"$`\\]*"|'[^']*')*$/;

/** Null when a shell is needed to understand the line: variables, pipes, patterns, several commands. */
export function parseSimpleCommand(line: string): SimpleCommand | null {
  const words = plainLine.test(line) ? (shellWords(line) ?? []) : [];
  const first = words.findIndex((word) => !/^\w+=/.test(word));
  if (first < 0) return null;
  return { assignments: words.slice(0, first), words: words.slice(first) };
}

/**
 * What runs the line in a container: the program itself where it needs no shell. A shell that only fills in variables
 * gives way to the program, so that this is the one that is told to stop.
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
