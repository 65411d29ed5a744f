import { cleaning } from "../../commands/space/free-space.ts";
import { readKeptVersions } from "../../commands/space/kept-versions.ts";
import { cleaningStateText, parseCleaningState } from "../../rules/space/cleaning-state.ts";
import { safeToRemove } from "../../rules/space/safe-to-remove.ts";
import type { ReconcilerContext } from "../context.ts";

/** Removes what is safe to remove whenever somebody has asked for it, however often this is called. */
export function createCleaner({ engine, store, clock, signal, ...settings }: ReconcilerContext) {
  let isBusy = false;

  async function clean(): Promise<void> {
    const usage = await engine.diskUsage(signal);
    const kept = await readKeptVersions(store, settings, clock.now());
    const safe = safeToRemove(usage, kept, { mayEmptyCache: settings.buildCacheBytes !== null });
    for (const tag of safe.oldImages.tags) await engine.removeTag(tag, signal);
    for (const id of safe.leftovers.ids) await engine.removeUntagged(id, signal);
    const fromCache = safe.cacheBytes === null ? 0 : await engine.pruneBuildCache({ keepBytes: 0 }, signal);
    const bytes = safe.oldImages.bytes + safe.leftovers.bytes + fromCache;
    await store.settings.set(cleaning, cleaningStateText({ type: "done", at: clock.now(), bytes }));
  }

  return async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    try {
      const state = parseCleaningState(await store.settings.get(cleaning));
      if (state.type === "asked") await clean();
    } finally {
      isBusy = false;
    }
  };
}
