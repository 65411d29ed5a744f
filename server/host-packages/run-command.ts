import { spawn } from "node:child_process";
import { StringDecoder } from "node:string_decoder";

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The command exited with a code other than 0, or could not be started. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  /** Whether the program does not exist. */
  readonly missing: boolean;
  readonly lastLines: readonly string[];
  constructor(message: string, facts: { missing: boolean; lastLines: readonly string[] }, options?: ErrorOptions) {
    super(message, options);
    this.missing = facts.missing;
    this.lastLines = facts.lastLines;
  }
}

/** Long enough to unmount and delete a half-built root file system. */
const killAfterMs = 10_000;
const maxLineLength = 4096;
const keptLines = 10;

/**
 * Runs a command to completion and passes its output to `onLine` line by line. Rejects with CommandFailed. When
 * aborted, the command and everything it started are terminated, and the promise settles once they are gone.
 */
export async function runCommand(command: Command, onLine: (line: string) => void, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const lastLines: string[] = [];
  const keep = (line: string) => {
    lastLines.push(line);
    if (lastLines.length > keptLines) lastLines.shift();
    onLine(line);
  };

  const { program, args, cwd, environment } = command;
  // A process group of its own lets a signal reach grandchildren too.
  const child = spawn(program, args, { cwd, env: environment, stdio: ["ignore", "pipe", "pipe"], detached: true });
  eachLine(child.stdout, keep);
  eachLine(child.stderr, keep);

  const stop = () => {
    signalGroup(child.pid, "SIGTERM");
    killTimer = setTimeout(() => signalGroup(child.pid, "SIGKILL"), killAfterMs);
  };
  let killTimer: NodeJS.Timeout | undefined;
  signal.addEventListener("abort", stop, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    }).catch((cause: NodeJS.ErrnoException) => {
      throw new CommandFailed(
        `${program} cannot be run: ${cause.message}`,
        { missing: cause.code === "ENOENT", lastLines },
        { cause },
      );
    });
    signal.throwIfAborted();
    if (code !== 0) throw new CommandFailed(`${program} exited with code ${code}`, { missing: false, lastLines });
  } finally {
    signal.removeEventListener("abort", stop);
    clearTimeout(killTimer);
  }
}

function signalGroup(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // It has exited in the meantime.
  }
}

function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const say = (line: string) => {
    // A carriage return belongs to a progress bar: what came before it was overwritten.
    const text = line.trimEnd().replace(/.*\r/s, "").slice(0, maxLineLength);
    if (text !== "") onLine(text);
  };
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = (lines.pop() ?? "").slice(-maxLineLength);
    for (const line of lines) say(line);
  });
  stream.on("end", () => say(rest));
}
