import type { ReconcilerContext } from "./context.ts";

/** Removing takes the engine's attention away from builds, so it is done seldom, and when nobody builds. */
const pauseMs = 10 * 60_000;

/** Keeps the engine's build cache below its limit. Each call looks whether it is time. */
export function createBuildCacheKeeper({ engine, store, clock, buildCacheBytes }: ReconcilerContext) {
  let lastMs = Number.NEGATIVE_INFINITY;
  return async (signal: AbortSignal): Promise<void> => {
    if (buildCacheBytes === null || clock.monotonicMs() - lastMs < pauseMs) return;
    const { queued, running } = await store.deployments.queue();
    if (queued.length + running.length > 0) return;
    lastMs = clock.monotonicMs();
    await engine.pruneBuildCache(buildCacheBytes, signal);
  };
}
