/** A file of the repository that a container may have tried to run. */
export interface Program {
  /** Relative to the repository's root. */
  readonly path: string;
  /** It has the permission to be executed. */
  readonly executable: boolean;
  /** Its first bytes. */
  readonly head: Uint8Array;
}

/** Why a program could not be run: a clause for the failure's sentence, and what to do about it. */
export interface ExecTrouble {
  readonly what: string;
  readonly advice: string;
}

const windowsLines = "has Windows line endings (CRLF)";
const crlfAdvice =
  "Linux cannot run it like that. Save it with LF line endings, and add `*.sh text eol=lf` to .gitattributes so that Git keeps it that way.";

/** How shells, the kernel's callers and runc say that a program could not be run; what it is called comes first. */
const refusals: readonly RegExp[] = [
  /\bexec "?([^\s":]+)"? failed: /,
  /\bexec:? "?([^\s":]+)"?: (?:no such file|permission denied|exec format error|executable file not found|stat )/i,
  /(?:^|[\s"])([^\s":]+): (?:line \d+: )?(?:\d+: )?(?:not found|No such file or directory|Permission denied|Exec format error|cannot execute)/i,
  /(?:sh|bash|ash|dash): (?:line )?(?:\d+: )?([^\s":]+): (?:not found|No such file or directory|Permission denied|Exec format error|cannot execute|bad interpreter|required file not found)/i,
  /(?:^|[\s"])([^\s":]+): (?:line )?\d+: (?:set: )?(?:Illegal option|Syntax error|syntax error|.*: not found|.*: command not found|.*invalid option)/,
  /(?:^|[\s"])([^\s":]+): \S+: bad interpreter/,
];

/** `node\r`, however the line was printed: a command whose name ends in a carriage return. */
const namesCarriageReturn = /(?:\\r|\^M|\r)['’"]?: |\$'[^']*\\r'|bad interpreter.*\^M|\r: not found/;

/** Why a program could not be run, as its exit, its last words and the repository's files tell. Null: it is not that. Pure. */
export function execTrouble(
  exitCode: number | null,
  lastLines: readonly string[],
  programs: readonly Program[],
  machine: string,
): ExecTrouble | null {
  const words = lastLines.slice(-10).join("\n");
  const names = namesRefused(words);
  const named = programs.filter(({ path }) => names.has(baseOf(path)));
  const windows =
    named.find(hasWindowsLines) ?? (namesCarriageReturn.test(words) ? programs.find(hasWindowsLines) : undefined);
  if (windows) return { what: `${windows.path} ${windowsLines}`, advice: crlfAdvice };
  if (namesCarriageReturn.test(words)) return { what: `a script ${windowsLines}`, advice: crlfAdvice };
  const [program] = named;
  if (/exec format error/i.test(words)) return wrongFormat(program, [...names][0], machine);
  if ((exitCode === 126 || /permission denied/i.test(words)) && program && !program.executable) {
    return {
      what: `${program.path} is not executable`,
      advice: `Run \`git update-index --chmod=+x ${program.path}\`, commit and push again.`,
    };
  }
  const interpreter = program && interpreterOf(program);
  if (interpreter && exitCode === 127) {
    return {
      what: `${program.path} needs ${interpreter}, which may be missing from the image`,
      advice: `Its first line names ${interpreter}. Install it in the image, or use #!/bin/sh.`,
    };
  }
  return null;
}

/** The last lines or the exit suggest that a program could not be run, so that the repository's files are worth a look. */
export function mayBeExecTrouble(exitCode: number | null, lastLines: readonly string[]): boolean {
  const words = lastLines.slice(-10).join("\n");
  return exitCode === 126 || exitCode === 127 || namesRefused(words).size > 0 || namesCarriageReturn.test(words);
}

function namesRefused(words: string): ReadonlySet<string> {
  const names = words
    .split("\n")
    .flatMap((line) => refusals.flatMap((pattern) => pattern.exec(line)?.[1] ?? []))
    .map((name) => baseOf(name.replace(/['’‘"]/g, "")));
  return new Set(names.filter((name) => name !== ""));
}

function wrongFormat(program: Program | undefined, name: string | undefined, machine: string): ExecTrouble {
  const what = program?.path ?? name ?? "the program";
  if (program && isText(program)) {
    return {
      what: `${what} does not begin with a line such as #!/bin/sh`,
      advice: "Linux doesn't know what to run it with. Add that line.",
    };
  }
  const made = program && architectureOf(program.head);
  return {
    what: `${what} was built for ${made ? `${made}, and this server is ${machine}` : `a different architecture from this server's (${machine})`}`,
    advice: `Build it for linux/${machine}, or build it in the Dockerfile.`,
  };
}

function hasWindowsLines({ head }: Program): boolean {
  const end = head.indexOf(0x0a);
  return end > 0 && head[end - 1] === 0x0d;
}

function isText({ head }: Program): boolean {
  return !head.includes(0) && architectureOf(head) === null;
}

function interpreterOf({ head }: Program): string | null {
  const [first = ""] = Buffer.from(head).toString("latin1").split("\n");
  const path = /^#!\s*(\S+)(?:\s+(\S+))?/.exec(first);
  if (!path) return null;
  const name = path[1] === "/usr/bin/env" ? path[2] : path[1];
  return name === undefined || name === "/bin/sh" || name === "sh" ? null : name;
}

/** e_machine of an ELF header, in Docker's names; other systems' executables by their first bytes. */
function architectureOf(head: Uint8Array): string | null {
  const bytes = Buffer.from(head);
  if (bytes.length >= 20 && bytes.readUInt32BE(0) === 0x7f454c46) {
    const machine = bytes[5] === 2 ? bytes.readUInt16BE(18) : bytes.readUInt16LE(18);
    return elfMachines.get(machine) ?? null;
  }
  if (bytes.length >= 4 && [0xcffaedfe, 0xcefaedfe, 0xcafebabe].includes(bytes.readUInt32BE(0))) return "macOS";
  return bytes.toString("latin1", 0, 2) === "MZ" ? "Windows" : null;
}

const elfMachines: ReadonlyMap<number, string> = new Map([
  [3, "386"],
  [21, "ppc64"],
  [22, "s390x"],
  [40, "arm"],
  [62, "amd64"],
  [183, "arm64"],
  [243, "riscv64"],
]);

function baseOf(path: string): string {
  return path.split("/").at(-1) ?? "";
}
