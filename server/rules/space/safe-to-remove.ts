import type { DeploymentId, ImageId } from "../../model/names/ids.ts";
import type { DiskUsage } from "../../ports/engine/disk-usage.ts";
import { tagsToRemove } from "../rollout/retention.ts";

/** The versions that must be able to go live without a build, and the deployments whose images nobody knows yet. */
export interface KeptVersions {
  /** Those of the last ready versions, of the live and the stopped ones, and of running deployments. */
  readonly images: ReadonlySet<ImageId>;
  /** Deployments that are queued or running. */
  readonly undecided: ReadonlySet<DeploymentId>;
}

export interface SafeToRemove {
  readonly oldImages: Removable & { readonly tags: readonly string[] };
  /** Images that Baton built and that have no name any more: another build took it, or a deployment failed. */
  readonly leftovers: Removable & { readonly ids: readonly ImageId[] };
  /** Null when Baton leaves the build cache alone. */
  readonly cacheBytes: number | null;
  readonly bytes: number;
}

interface Removable {
  /** How many images go. */
  readonly count: number;
  /** What they share with no other image. What they share only with each other comes on top of it. */
  readonly bytes: number;
}

/**
 * What can go without anybody missing it: images that no kept version needs and no container uses, and the unused part
 * of the build cache. Only images of this instance are considered. While something is deployed, images without a name
 * stay: they may be its own. Pure.
 */
export function safeToRemove(
  { images, unusedCacheBytes }: Pick<DiskUsage, "images" | "unusedCacheBytes">,
  kept: KeptVersions,
  { mayEmptyCache }: { readonly mayEmptyCache: boolean },
): SafeToRemove {
  const idle = images.filter(({ isInUse }) => !isInUse);
  const tags = tagsToRemove(idle, kept.images, kept.undecided);
  const removed = new Set(tags);
  const old = idle.filter((image) => image.tags.length > 0 && image.tags.every((tag) => removed.has(tag)));
  const gone = old.filter(({ hasOtherTags }) => !hasOtherTags);
  const nameless = idle.filter(
    ({ id, tags, hasOtherTags }) => tags.length === 0 && !hasOtherTags && !kept.images.has(id),
  );
  const leftovers = kept.undecided.size > 0 ? [] : nameless;
  const cacheBytes = mayEmptyCache ? unusedCacheBytes : null;
  const [oldBytes, leftoverBytes] = [sum(gone), sum(leftovers)];
  return {
    oldImages: { tags, count: gone.length, bytes: oldBytes },
    leftovers: { ids: leftovers.map(({ id }) => id), count: leftovers.length, bytes: leftoverBytes },
    cacheBytes,
    bytes: oldBytes + leftoverBytes + (cacheBytes ?? 0),
  };
}

/** Whether there is anything to remove. */
export function isAnythingSafe({ oldImages, leftovers, cacheBytes }: SafeToRemove): boolean {
  return oldImages.count > 0 || leftovers.count > 0 || (cacheBytes ?? 0) > 0;
}

function sum(images: readonly { readonly ownBytes: number }[]): number {
  return images.reduce((total, { ownBytes }) => total + ownBytes, 0);
}

/** After a failed build, somebody may want to look at what there is. */
const leftoverDays = 7;

/** Of images that builds have left, those that are older than anybody needs. */
export function oldLeftovers(
  images: DiskUsage["images"],
  leftovers: readonly ImageId[],
  now: Date,
): readonly ImageId[] {
  const before = now.getTime() - leftoverDays * 24 * 60 * 60_000;
  const old = new Set(images.filter(({ createdAt }) => createdAt.getTime() < before).map(({ id }) => id));
  return leftovers.filter((id) => old.has(id));
}
