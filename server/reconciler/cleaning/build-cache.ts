import type { ReconcilerContext } from "../context.ts";

/** Pruning slows builds down, so it is done rarely, and only while nothing is building. */
const pauseMs = 10 * 60_000;

/** Keeps the engine's build cache below its limit. Each call checks whether it is time to prune. */
export function createBuildCacheKeeper({ engine, store, clock, buildCacheBytes, signal }: ReconcilerContext) {
  let lastMs = Number.NEGATIVE_INFINITY;
  return async (): Promise<void> => {
    if (buildCacheBytes === null || clock.monotonicMs() - lastMs < pauseMs) return;
    const { queued, running } = await store.deployments.queue();
    if (queued.length + running.length > 0) return;
    lastMs = clock.monotonicMs();
    await engine.pruneBuildCache(buildCacheBytes, signal);
  };
}
