import type { ReconcilerContext } from "../context.ts";

/** Pruning slows builds down, so it is done rarely, and only while nothing is building. */
const pauseMs = 10 * 60_000;

const dayMs = 24 * 60 * 60_000;

/** Keeps the engine's build cache below its limits. Each call checks whether it is time to prune. */
export function createBuildCacheKeeper({ engine, store, clock, signal, ...limits }: ReconcilerContext) {
  const { buildCacheBytes, buildCacheDays } = limits;
  let lastMs = Number.NEGATIVE_INFINITY;
  return async (): Promise<void> => {
    if (buildCacheBytes === null || clock.monotonicMs() - lastMs < pauseMs) return;
    const { queued, running } = await store.deployments.queue();
    if (queued.length + running.length > 0) return;
    lastMs = clock.monotonicMs();
    await engine.pruneBuildCache({ keepBytes: buildCacheBytes }, signal);
    if (buildCacheDays !== null) {
      await engine.pruneBuildCache({ keepBytes: 0, unusedForMs: buildCacheDays * dayMs }, signal);
    }
  };
}
