/** A file of the repository that a container may have tried to run. */
export interface Program {
  /** Relative to the repository's root. */
  readonly path: string;
  /** Whether it has the executable permission. */
  readonly executable: boolean;
  /** Its first bytes. */
  readonly head: Uint8Array;
}

/** Why a program could not be executed: a clause for the failure's sentence, and a hint. */
export interface ExecTrouble {
  readonly what: string;
  readonly advice: string;
}

const windowsLines = "has Windows line endings (CRLF)";

/** Advice that applies to all files of this type. */
function crlfAdvice(path: string): string {
  const name = baseOf(path);
  const kind = /\.\w+$/.exec(name)?.[0];
  return `Linux cannot run it like that. Save it with LF line endings, and add \`${kind === undefined ? name : `*${kind}`} text eol=lf\` to .gitattributes so that Git keeps it that way.`;
}

/**
 * How shells, system calls and runc report that a program could not be executed. The first group is the program's name.
 */
const refusals: readonly RegExp[] = [
  /\bexec "?([^\s":]+)"? failed: /,
  /\bexec:? "?([^\s":]+)"?: (?:no such file|permission denied|exec format error|executable file not found|stat )/i,
  /(?:^|[\s"])([^\s":]+): (?:line \d+: )?(?:\d+: )?(?:not found|No such file or directory|Permission denied|Exec format error|cannot execute)/i,
  /(?:sh|bash|ash|dash): (?:line )?(?:\d+: )?([^\s":]+): (?:not found|No such file or directory|Permission denied|Exec format error|cannot execute|bad interpreter|required file not found)/i,
  /(?:^|[\s"])([^\s":]+): (?:line )?\d+: (?:set: )?(?:Illegal option|Syntax error|syntax error|.*: not found|.*: command not found|.*invalid option)/,
  /(?:^|[\s"])([^\s":]+): \S+: bad interpreter/,
];

/** Matches `node\r` in any notation: a command whose name ends in a carriage return. */
const namesCarriageReturn = /(?:\\r|\^M|\r)['’"]?: |\$'[^']*\\r'|bad interpreter.*\^M|\r: not found/;

/** A shell that mistakes a binary of another architecture for a script reads its first bytes as a command. */
const binaryReadAsScript = /([^\s":]+): (?:line )?\d+: \W?ELF/;

/** How a missing program is reported. The first group is its name as it was called. */
const missing: readonly RegExp[] = [
  /\bexec "?([^\s":]+)"? failed: No such file or directory/,
  /\benv: (?:can't execute )?['‘"]?([^\s'’":]+)['’"]?: No such file or directory/,
  /(?:^|[\s/])(?:sh|bash|ash|dash): (?:line )?(?:\d+: )?([^\s":]+): (?:command )?not found/,
  /: (?:line )?\d+: ([^\s":]+): (?:command )?not found/,
];

/**
 * Explains from the exit code, the last output and the repository's files why a program could not be executed. Null
 * when it was executed.
 */
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
  if (windows) return { what: `${windows.path} ${windowsLines}`, advice: crlfAdvice(windows.path) };
  if (namesCarriageReturn.test(words)) return { what: `a script ${windowsLines}`, advice: crlfAdvice("start.sh") };
  const [program] = named;
  if (/exec format error/i.test(words)) return wrongFormat(program, [...names][0], machine);
  const foreign = named.find(({ head }) => !isFor(machine, head));
  if (foreign) return wrongFormat(foreign, undefined, machine);
  const readAsScript = binaryReadAsScript.exec(words)?.[1];
  if (readAsScript !== undefined) return wrongFormat(undefined, baseOf(readAsScript), machine);
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
  return exitCode === 127 ? notFound(words) : null;
}

/**
 * Whether the output or the exit code suggests that a program could not be executed, so that the repository's files are
 * worth reading.
 */
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

function notFound(words: string): ExecTrouble | null {
  const name = words
    .split("\n")
    .map((line) => missing.flatMap((pattern) => pattern.exec(line)?.[1] ?? [])[0])
    .findLast((found) => found !== undefined);
  if (name === undefined) return null;
  if (name.startsWith("[")) {
    return {
      what: "its command is not a list that Docker can read, so a shell ran it as it stands",
      advice: 'Put each part of CMD or ENTRYPOINT in double quotes: CMD ["node", "server.js"].',
    };
  }
  const advice = name.includes("/")
    ? "Copy it into the image, or correct its path in the command. If it is there, the interpreter that its first line names is missing."
    : "Install it when the image is built, or correct the command.";
  return { what: `${name} was not found in the image`, advice };
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

/** Scripts run on every architecture. */
function isFor(machine: string, head: Uint8Array): boolean {
  const made = architectureOf(head);
  return made === null || made === machine;
}

/** Reads e_machine of an ELF header, in Docker's terms; executables of other systems are known by their first bytes. */
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
