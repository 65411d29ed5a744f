import { readFile, readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** The process that a database folder names as its server. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

const readyLookEveryMs = 20;

/**
 * Finds the Postgres that works on this folder, whoever started it; null when there is none. Postgres writes its state
 * into postmaster.pid, one fact a line: https://www.postgresql.org/docs/current/storage-file-layout.html
 */
export async function findPostmaster(dataFolder: string): Promise<Postmaster | null> {
  const text = await readFile(pidFile(dataFolder), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const [pid, , , port, , , , status] = text.split("\n");
  if (!pid || !(await worksOn(Number(pid), dataFolder))) return null;
  return { pid: Number(pid), port: Number(port), ready: status?.trim() === "ready" };
}

/**
 * Removes a pid file whose number belongs to another process by now (after a reboot, for example): Postgres would take
 * that process for another Postgres and refuse to start. Postgres itself removes the file of a process that is gone,
 * with more checks.
 */
export async function removeStalePidFile(dataFolder: string): Promise<void> {
  if ((await findPostmaster(dataFolder)) === null) await rm(pidFile(dataFolder), { force: true });
}

/** Resolves with the Postgres of this folder once it accepts connections; null when it ended before. */
export async function untilReady(dataFolder: string, hasEnded: () => boolean): Promise<Postmaster | null> {
  for (;;) {
    const ended = hasEnded();
    const postmaster = await findPostmaster(dataFolder);
    if (postmaster?.ready) return postmaster;
    if (!postmaster && ended) return null;
    await delay(readyLookEveryMs);
  }
}

/** Rejects with the signal's reason when that comes first. Without `ref` the wait does not keep this process alive. */
export async function untilGone(
  pid: number,
  dataFolder: string,
  waiting: { readonly lookEveryMs: number; readonly ref: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const { lookEveryMs, ref, signal } = waiting;
  while (await worksOn(pid, dataFolder)) await delay(lookEveryMs, undefined, { ref, signal });
}

/** A postmaster's working directory is its data folder. A zombie has none. */
async function worksOn(pid: number, dataFolder: string): Promise<boolean> {
  const workingFolder = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  return workingFolder === dataFolder;
}

const pidFile = (dataFolder: string) => join(dataFolder, "postmaster.pid");
