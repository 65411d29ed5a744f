import type { SourceTree } from "../plan/plan.ts";

/** One line of a Procfile and the kind of service that it starts. */
export interface Process {
  readonly kind: "web" | "worker";
  readonly line: string;
  /** Where the line was found, for the log: "web in Procfile". */
  readonly source: string;
}

/** Reads the process types of the repository's Procfile and their commands, in order; empty without a Procfile. */
export async function readProcfile(tree: SourceTree): Promise<ReadonlyMap<string, string>> {
  return parseProcfile((await tree.read("Procfile")) ?? "");
}

/**
 * Parses a Procfile: one `web: node server.js` a line. A `#` at the beginning of a word outside quotes begins a
 * comment.
 */
export function parseProcfile(text: string): ReadonlyMap<string, string> {
  const processes = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^([A-Za-z0-9_-]+):\s*(\S.*)$/.exec(withoutComment(line).trim());
    if (match?.[1] && match[2]) processes.set(match[1], match[2]);
  }
  return processes;
}

/** Removes a comment. Quoted text and a `#` within a word (a URL, a colour) are part of the command. */
function withoutComment(line: string): string {
  const word = /\s*(?:#.*|(?:"[^"]*"|'[^']*'|\S)+)/g;
  const words = line.match(word) ?? [];
  const comment = words.findIndex((text) => text.trimStart().startsWith("#"));
  return words.slice(0, comment < 0 ? words.length : comment).join("");
}

/** Returns the process of the given kind; null when the Procfile has none. */
export function processOf(processes: ReadonlyMap<string, string>, kind: Process["kind"]): Process | null {
  const line = processes.get(kind);
  return line === undefined ? null : { kind, line, source: `${kind} in Procfile` };
}

/** Returns the process that starts an app when only its Procfile can say so. */
export function mainProcess(processes: ReadonlyMap<string, string>): Process | null {
  return processOf(processes, "web") ?? processOf(processes, "worker");
}
