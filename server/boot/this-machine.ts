import { statfs } from "node:fs/promises";
import type { Disk, Machine } from "../ports/host/machine.ts";

/** `folder` is where Baton keeps its data. */
export function thisMachine(folder: string): Machine {
  return {
    disk: () => diskOf(folder),
    diskOf: (other) => diskOf(other).catch(() => null),
    nodeVersion: process.version,
  };
}

async function diskOf(folder: string): Promise<Disk> {
  const { bsize, bavail, blocks } = await statfs(folder);
  return { folder, freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
