import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";

/**
 * Postgres refuses to run as root, and to run as a user without a name. A user namespace in which root has the number 1
 * satisfies it: every distribution has that user, a server may have no other. It can still open what only root can: a
 * data folder below /root, or below any folder that others may not enter.
 */
const asNobodySpecial = ["--user", "--map-user=1", "--map-group=1", "--"];

/** `unshare` executes the program in its place, so the child's pid is the program's own. */
export function spawnPostgres(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  // None of our environment is passed on: a user's PGDATA, PGPORT or locale would change what it does.
  const all: SpawnOptions = { ...options, env: { PATH: "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" } };
  const [command = program, ...rest] = postgresCommand(program, args);
  return spawn(command, rest, all);
}

export function postgresCommand(program: string, args: readonly string[]): readonly string[] {
  return process.getuid?.() === 0 ? ["unshare", ...asNobodySpecial, program, ...args] : [program, ...args];
}

/** Runs a program to its end. Rejects with its error output when it fails. */
export async function runPostgres(program: string, args: readonly string[], input = ""): Promise<string> {
  const child = spawnPostgres(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  const output: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => output.push(chunk));
  // Writing to a program that does not read its input fails with EPIPE; its exit code says more.
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  const [code, signal] = await once(child, "close");
  const text = Buffer.concat(output).toString("utf8").trim();
  if (code === 0) return text;
  const hint = text.startsWith("unshare:")
    ? " (allow root user namespaces, do not run as root, or set DATABASE_URL)"
    : "";
  throw new Error(`${program} exited with ${signal ?? `code ${code}`}: ${text.slice(-2000)}${hint}`);
}
