import type { SourceTree } from "../plan/plan.ts";

/** One line of a Procfile: what runs it, and where it stands. */
export interface Process {
  readonly kind: "web" | "worker";
  readonly line: string;
  /** For the log: "web in Procfile". */
  readonly source: string;
}

/** The process types of the repository's Procfile and their commands, in its order; empty without one. */
export async function readProcfile(tree: SourceTree): Promise<ReadonlyMap<string, string>> {
  return parseProcfile((await tree.read("Procfile")) ?? "");
}

/** `web: node server.js`, one a line; a `#` at the beginning of a word outside quotes begins a comment. */
export function parseProcfile(text: string): ReadonlyMap<string, string> {
  const processes = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^([A-Za-z0-9_-]+):\s*(\S.*)$/.exec(withoutComment(line).trim());
    if (match?.[1] && match[2]) processes.set(match[1], match[2]);
  }
  return processes;
}

/** Quoted texts and a `#` within a word (a URL's, a colour's) are part of the command. */
function withoutComment(line: string): string {
  const word = /\s*(?:#.*|(?:"[^"]*"|'[^']*'|\S)+)/g;
  const words = line.match(word) ?? [];
  const comment = words.findIndex((text) => text.trimStart().startsWith("#"));
  return words.slice(0, comment < 0 ? words.length : comment).join("");
}

/** The process that becomes the service: `web`, else `worker` where nothing else says how the app is started. */
export function processOf(processes: ReadonlyMap<string, string>, kind: Process["kind"]): Process | null {
  const line = processes.get(kind);
  return line === undefined ? null : { kind, line, source: `${kind} in Procfile` };
}

/** The process that an app is started by where only its Procfile can say so. */
export function mainProcess(processes: ReadonlyMap<string, string>): Process | null {
  return processOf(processes, "web") ?? processOf(processes, "worker");
}
