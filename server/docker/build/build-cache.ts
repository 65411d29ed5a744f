import type { Engine } from "../../ports/engine/engine.ts";
import { type Daemon, Refusal } from "../host/daemon.ts";

/** Removing tens of thousands of files takes a while. */
const limitMs = 5 * 60_000;

/** Does not send `all`, so pulled images, and layers that images share with the cache, are kept. */
export function createPruneBuildCache(daemon: Daemon): Engine["pruneBuildCache"] {
  return async (keepBytes, signal) => {
    const request = { method: "POST", path: "/build/prune", query: { "keep-storage": keepBytes } } as const;
    try {
      const { SpaceReclaimed } = await daemon.ask<{ readonly SpaceReclaimed?: number }>(request, signal, limitMs);
      return SpaceReclaimed ?? 0;
    } catch (error) {
      // Another client is pruning this daemon's cache.
      if (error instanceof Refusal && error.status === 409) return 0;
      throw error;
    }
  };
}
