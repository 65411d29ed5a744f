import { readFile, readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** The process that a database folder names as the one working on it. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

const readyLookEveryMs = 20;

/**
 * The Postgres that works on this folder, whoever started it; null: none does. Postgres writes its state into
 * postmaster.pid, one fact a line: https://www.postgresql.org/docs/current/storage-file-layout.html
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
 * Takes away a pid file whose number belongs to somebody else by now (after a reboot, say): Postgres would believe
 * that process to be its own kind, and refuse to start. The file of a process that is gone it removes itself, with
 * more checks.
 */
export async function removeStalePidFile(dataFolder: string): Promise<void> {
  if ((await findPostmaster(dataFolder)) === null) await rm(pidFile(dataFolder), { force: true });
}

/** The Postgres of this folder once it accepts connections; null: it ended before. */
export async function untilReady(dataFolder: string, hasEnded: () => boolean): Promise<Postmaster | null> {
  for (;;) {
    const ended = hasEnded();
    const postmaster = await findPostmaster(dataFolder);
    if (postmaster?.ready) return postmaster;
    if (!postmaster && ended) return null;
    await delay(readyLookEveryMs);
  }
}

/**
 * Rejects with the signal's reason when that comes first. Without `ref` the waiting alone does not keep this process
 * alive.
 */
export async function untilGone(
  pid: number,
  dataFolder: string,
  waiting: { readonly lookEveryMs: number; readonly ref: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const { lookEveryMs, ref, signal } = waiting;
  while (await worksOn(pid, dataFolder)) await delay(lookEveryMs, undefined, { ref, signal });
}

/** A postmaster's working directory is its data folder. A zombie has none any more. */
async function worksOn(pid: number, dataFolder: string): Promise<boolean> {
  const workingFolder = await readlink(`/proc/${pid}/cwd`).catch(() => null);
  return workingFolder === dataFolder;
}

const pidFile = (dataFolder: string) => join(dataFolder, "postmaster.pid");
