import { Refusal } from "../../ports/engine/daemon-api.ts";
import type { Engine } from "../../ports/engine/engine.ts";
import type { Daemon } from "../host/daemon.ts";
import type { AgreedApi, DaemonRequest } from "../host/versioned-api.ts";

/** Removing tens of thousands of files takes a while. */
const limitMs = 5 * 60_000;

/**
 * Does not send `all`, so pulled images, and layers that images share with the cache, are kept. With containerd's store
 * the cache and the images are one store: layers that no tag needs any more go as well, and every image that has a tag
 * can still be started and built upon (tried on 28.5 with a limit of 0).
 */
export function createPruneBuildCache(daemon: Daemon): Engine["pruneBuildCache"] {
  return async ({ keepBytes, unusedForMs }, signal) => {
    const request = (api: AgreedApi): DaemonRequest => ({
      method: "POST",
      path: "/build/prune",
      query: {
        [api.has("1.48") ? "reserved-space" : "keep-storage"]: keepBytes,
        filters: unusedForMs === undefined ? null : JSON.stringify({ until: [`${Math.round(unusedForMs / 1_000)}s`] }),
      },
    });
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
