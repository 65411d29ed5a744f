import { readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

/** The process that serves a data folder. */
export interface ServerProcess {
  readonly pid: number;
  /** When it started, in the kernel's ticks since boot. It tells whether the pid belongs to another process by now. */
  readonly began: string;
}

const lookEveryMs = 50;
/** Longer than a server waits for a clean end before it exits: see main.ts. */
const endTimeoutMs = 30_000;

/** Writes this process into the file. Only the holder of the server lock may call it. */
export async function signAsServer(file: string): Promise<void> {
  const began = await beganOf(process.pid);
  // Without /proc there is no way to tell one process from another.
  if (began !== null) await writeFile(file, `${JSON.stringify({ pid: process.pid, began })}\n`, { mode: 0o600 });
}

export async function signOff(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** Finds the server that the file names; null if it no longer runs. */
export async function findServer(file: string): Promise<ServerProcess | null> {
  const text = await readFile(file, "utf8").catch(() => "");
  const server = parse(text);
  return server !== null && (await isThere(server)) ? server : null;
}

/**
 * Asks the server to stop, as Ctrl-C does, and waits. Rejects with a one-sentence message if it cannot be asked or does
 * not end.
 */
export async function endServer(server: ServerProcess): Promise<void> {
  try {
    if (await isThere(server)) process.kill(server.pid, "SIGTERM");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
      throw new Error(`Baton (process ${server.pid}) could not be stopped. Stop it first.`, { cause: error });
    }
  }
  await untilEnded(server);
}

export async function untilEnded(server: ServerProcess): Promise<void> {
  const deadline = performance.now() + endTimeoutMs;
  while (await isThere(server)) {
    if (performance.now() > deadline) {
      throw new Error(`Baton (process ${server.pid}) did not stop within ${endTimeoutMs / 1000} s. Stop it first.`);
    }
    await delay(lookEveryMs);
  }
}

function parse(text: string): ServerProcess | null {
  try {
    const { pid, began } = JSON.parse(text);
    return Number.isSafeInteger(pid) && pid > 1 && typeof began === "string" ? { pid, began } : null;
  } catch {
    return null;
  }
}

async function isThere({ pid, began }: ServerProcess): Promise<boolean> {
  return (await beganOf(pid)) === began;
}

/** Null if there is no such process, or if it has ended and its parent has not reaped it. */
export async function beganOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The second field is the program's name in parentheses, which may contain anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? null : (fields[19] ?? null);
}
