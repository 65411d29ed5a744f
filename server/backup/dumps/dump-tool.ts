import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { DataFacts } from "../../model/backup.ts";
import type { DataSubject } from "../../ports/backup/backup-tools.ts";
import type { ContainerAccess, ProgramRequest } from "../../ports/engine/container-access.ts";

export type Variables = Readonly<Record<string, string>>;

/** A tool works on this: the service, the variables of its container, and the way in. */
export interface Inside {
  readonly subject: DataSubject;
  readonly variables: Variables;
  /** The command that the container runs. */
  readonly command: readonly string[];
  readonly access: ContainerAccess;
}

/** A file that a dump consists of. `open` may be called once. */
export interface DumpedFile {
  /** With the ending of its format, without that of its compression: "app.sql". */
  readonly name: string;
  readonly of: string;
  open(signal: AbortSignal): AsyncIterable<Buffer>;
}

export interface StoredFile {
  readonly name: string;
  readonly of: string;
  open(signal: AbortSignal): AsyncIterable<Buffer>;
}

/** Copies the data of one kind of service with the tools that its own image has. */
export interface DumpTool {
  /** What to dump, in this order. */
  files(inside: Inside, signal: AbortSignal): Promise<readonly DumpedFile[]>;
  /** Resolves with the names of what was filled. */
  restore(
    inside: Inside,
    files: readonly StoredFile[],
    into: { readonly target: "same" | "new"; readonly suffix: string },
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  measure(inside: Inside, signal: AbortSignal): Promise<DataFacts | null>;
}

/** Runs a program of the subject's container and returns what it prints, without the last line's end. */
export async function textOf(
  { access, subject }: Inside,
  program: ProgramRequest,
  signal: AbortSignal,
): Promise<string> {
  return (await buffer(Readable.from(access.run(subject.container, program, signal)))).toString("utf8").trimEnd();
}

/** Runs a program whose output says nothing. */
export async function run({ access, subject }: Inside, program: ProgramRequest, signal: AbortSignal): Promise<void> {
  for await (const _ of access.run(subject.container, program, signal));
}

export function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** The value of the first variable that is set, or is in the file that `<NAME>_FILE` names. */
export async function variableOf(
  inside: Inside,
  names: readonly string[],
  signal: AbortSignal,
): Promise<string | null> {
  const { variables } = inside;
  for (const name of names) {
    const value = variables[name];
    if (value) return value;
    const file = variables[`${name}_FILE`];
    if (file) return textOf(inside, { command: ["cat", file] }, signal);
  }
  return null;
}

/** The end of a file's name: a database may be called anything. */
export function fileName(name: string, ending: string): string {
  const plain = name
    .replace(/[^\w.-]/g, "_")
    .replace(/^\.+/, "_")
    .slice(0, 80);
  return `${plain}.${ending}`;
}

/** Different databases never share a file's name. */
export function distinct(files: readonly DumpedFile[]): readonly DumpedFile[] {
  const taken = new Set<string>();
  return files.map((file) => {
    let name = file.name;
    for (let count = 2; taken.has(name); count++) name = `${count}-${file.name}`;
    taken.add(name);
    return { ...file, name };
  });
}
