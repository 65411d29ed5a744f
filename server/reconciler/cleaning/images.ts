import { readKeptVersions } from "../../commands/space/kept-versions.ts";
import { tagsToRemove } from "../../rules/rollout/retention.ts";
import { oldLeftovers, safeToRemove } from "../../rules/space/safe-to-remove.ts";
import type { ReconcilerContext } from "../context.ts";

/** Docker takes a while to tell which images are left over, and failed builds come slowly. */
const pauseMs = 24 * 60 * 60_000;
/** A start has more urgent work. */
const firstAfterMs = 60 * 60_000;

/** Removes the images of versions that can no longer be made live without a build. */
export async function removeUnneededImages({
  engine,
  store,
  clock,
  signal,
  ...kept
}: ReconcilerContext): Promise<void> {
  const images = await engine.listImages(signal);
  if (images.length === 0) return;
  const { images: needed, undecided } = await readKeptVersions(store, kept, clock.now());
  for (const tag of tagsToRemove(images, needed, undecided)) await engine.removeTag(tag, signal);
}

/** Removes once a day what is too old, while nothing is deployed: images of versions, and what builds have left. */
export function createOldImageKeeper(context: ReconcilerContext) {
  const { engine, store, clock, signal } = context;
  let nextMs = clock.monotonicMs() + firstAfterMs;
  return async (): Promise<void> => {
    if (clock.monotonicMs() < nextMs) return;
    const { queued, running } = await store.deployments.queue();
    if (queued.length + running.length > 0) return;
    nextMs = clock.monotonicMs() + pauseMs;
    await removeUnneededImages(context);
    const usage = await engine.diskUsage(signal);
    const { leftovers } = safeToRemove(usage, await readKeptVersions(store, context, clock.now()), {
      mayEmptyCache: false,
    });
    for (const id of oldLeftovers(usage.images, leftovers.ids, clock.now())) await engine.removeUntagged(id, signal);
  };
}
