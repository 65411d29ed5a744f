import { cleaning } from "../../commands/space/free-space.ts";
import { readKeptVersions } from "../../commands/space/kept-versions.ts";
import type { ImageUsage } from "../../ports/engine/disk-usage.ts";
import type { Log } from "../../ports/log.ts";
import { cleaningStateText } from "../../rules/space/cleaning-state.ts";
import { type Freed, freedText, type MakeRoom } from "../../rules/space/full-disk.ts";
import { safeToRemove } from "../../rules/space/safe-to-remove.ts";
import type { ReconcilerNeeds } from "../context.ts";

type Needs = Pick<
  ReconcilerNeeds,
  "engine" | "store" | "clock" | "keepVersions" | "keepVersionDays" | "buildCacheBytes"
>;

/** Emptying a large build cache takes minutes. */
const limitMs = 10 * 60_000;

/** One removal runs at a time. When it fails, or the server dies, the reconciler goes on with it. */
export function createRoomMaker(needs: Needs & { readonly log: Log }): MakeRoom {
  const { store, clock, log } = needs;
  let running: Promise<Freed> | null = null;

  async function make(): Promise<Freed> {
    await store.settings.set(cleaning, cleaningStateText({ type: "asked" }));
    const { bytes, ...freed } = await removeWhatIsSafe(needs, clock.timeout(limitMs));
    await store.settings.set(cleaning, cleaningStateText({ type: "done", at: clock.now(), bytes }));
    log.info({ bytes, ...freed }, `made room: removed ${freedText(freed) ?? "nothing"}`);
    return freed;
  }

  return (signal) => {
    running ??= make().finally(() => {
      running = null;
    });
    return untilAborted(running, signal);
  };
}

/** A disk that is full can keep Docker from adding up. Then images without a name stay. */
async function removeWhatIsSafe(
  { engine, store, clock, ...settings }: Needs,
  signal: AbortSignal,
): Promise<Freed & { readonly bytes: number }> {
  const usage = await engine.diskUsage(signal).catch(() => null);
  const images = usage?.images ?? (await engine.listImages(signal)).map(withoutSize);
  const kept = await readKeptVersions(store, settings, clock.now());
  const safe = safeToRemove({ images, unusedCacheBytes: usage?.unusedCacheBytes ?? 0 }, kept, {
    mayEmptyCache: settings.buildCacheBytes !== null,
  });
  for (const tag of safe.oldImages.tags) await engine.removeTag(tag, signal);
  for (const id of safe.leftovers.ids) await engine.removeUntagged(id, signal);
  const cacheBytes = safe.cacheBytes === null ? 0 : await engine.pruneBuildCache({ keepBytes: 0 }, signal);
  return {
    images: safe.oldImages.count + safe.leftovers.count,
    cacheBytes,
    bytes: safe.oldImages.bytes + safe.leftovers.bytes + cacheBytes,
  };
}

/** Removing a tag does no harm where a container uses the image. */
function withoutSize({ id, tags, createdAt }: Pick<ImageUsage, "id" | "tags" | "createdAt">): ImageUsage {
  return { id, tags, createdAt, hasOtherTags: false, ownBytes: 0, isInUse: false };
}

function untilAborted<T>(running: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    running.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
