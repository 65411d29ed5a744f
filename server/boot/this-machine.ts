import { statfs } from "node:fs/promises";
import type { Machine } from "../ports/host/machine.ts";

/** `folder` is where Baton keeps its data. */
export function thisMachine(folder: string): Machine {
  return {
    async disk() {
      const { bsize, bavail, blocks } = await statfs(folder);
      return { folder, freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    },
    nodeVersion: process.version,
  };
}
