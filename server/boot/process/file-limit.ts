import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { Log } from "../../ports/log.ts";
import { usualLimits } from "../http/guard-connections.ts";

/** Every connection, pipe and file counts. Some systems allow 1,024 or fewer. */
const wantedFiles = 65_536;
/** For the database, Docker, followed logs, and what runs as a program. */
const reservedFiles = 100;

/**
 * Lets a process open as many files as Baton may need, as far as that is allowed: a user may go up to the hard limit, and
 * root usually beyond. No process can do it from within Node. Resolves with the limit that holds.
 */
export async function raiseFileLimit(log: Pick<Log, "warn">, pid = process.pid): Promise<number> {
  const before = await fileLimitsOf(pid);
  if (before.soft >= wantedFiles) return before.soft;
  const raise = (soft: number, hard: number) =>
    promisify(execFile)("prlimit", ["--pid", String(pid), `--nofile=${soft}:${hard}`]);
  const failure = await raise(wantedFiles, Math.max(wantedFiles, before.hard))
    .catch(() => raise(before.hard, before.hard))
    .then(
      () => null,
      (error: unknown) => error,
    );
  const { soft } = await fileLimitsOf(pid);
  const connections = connectionsWithin(soft);
  if (connections < usualLimits.connections) {
    log.warn(
      { err: failure },
      `Baton may open only ${soft} files at once, so it serves at most ${connections} connections (see ulimit -n)`,
    );
  }
  return soft;
}

/** Returns how many connections the server may accept and still open the files that their requests need. */
export function connectionsWithin(fileLimit: number): number {
  // A push opens several files while it is received.
  return Math.max(20, Math.floor((fileLimit - reservedFiles) / 2));
}

/** Infinite where the kernel does not say. */
async function fileLimitsOf(pid: number): Promise<{ readonly soft: number; readonly hard: number }> {
  const text = await readFile(`/proc/${pid}/limits`, "utf8").catch(() => "");
  const [, soft, hard] = /^Max open files\s+(\d+)\s+(\d+)/m.exec(text) ?? [];
  const unlimited = Number.POSITIVE_INFINITY;
  return { soft: soft === undefined ? unlimited : Number(soft), hard: hard === undefined ? unlimited : Number(hard) };
}
