import { createHash } from "node:crypto";
import { readFile, readlink } from "node:fs/promises";
import type { LockOwner } from "../../store/postgres/server-lock.ts";
import { beganOf } from "./server-process.ts";

/**
 * The mark of this process on the database's lock: `<host> <pid> <start>`. The host is a hash of the kernel's boot id and
 * the process namespace, in which a pid means something. The start tells whether the pid belongs to another process by
 * now.
 */
export async function thisProcess(pid = process.pid): Promise<LockOwner> {
  const host = await hostOf();
  const mark = `${host} ${pid} ${(await beganOf(pid)) ?? "0"}`;
  return {
    mark,
    async judge(other) {
      if (other === mark) return "dead";
      const [, theirHost, theirPid, theirStart] = /^(\w+) (\d+) (\d+)$/.exec(other) ?? [];
      if (host === "unknown" || theirHost !== host || theirStart === "0") return "unknown";
      return (await runs(Number(theirPid), theirStart)) ? "alive" : "dead";
    },
  };
}

async function hostOf(): Promise<string> {
  try {
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    const namespace = await readlink("/proc/self/ns/pid");
    return createHash("sha256").update(`${boot.trim()} ${namespace}`).digest("hex").slice(0, 16);
  } catch {
    return "unknown";
  }
}

async function runs(pid: number, start: string | undefined): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is another user's, and /proc may hide it.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return (await beganOf(pid)) === start;
}
