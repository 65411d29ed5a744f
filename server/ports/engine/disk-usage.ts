import type { ImageId } from "../../model/names/ids.ts";
import type { LastingOwner } from "./owner.ts";

/** Sums over the whole daemon, not only over this instance. */
export interface UsageSums {
  readonly imagesBytes: number;
  /** What containers have written outside of volumes. */
  readonly containersBytes: number;
  readonly volumesBytes: number;
  readonly buildCacheBytes: number;
}

export interface DiskUsage extends UsageSums {
  /** The part of the build cache that no build uses and no image shares: what emptying it would free. */
  readonly unusedCacheBytes: number;
  /** This instance's images: those with a tag of its own, and those that it built and that lost their tags. */
  readonly images: readonly ImageUsage[];
  /** This instance's volumes. */
  readonly volumes: readonly VolumeUsage[];
}

export interface ImageUsage {
  readonly id: ImageId;
  /** Tags of this instance (`baton-<instance>/…`). */
  readonly tags: readonly string[];
  /** Whether it has a name that is not this instance's, too. */
  readonly hasOtherTags: boolean;
  /** What no other image shares: what removing it would free. */
  readonly ownBytes: number;
  readonly createdAt: Date;
  /** Whether a container, running or not, was made from it. */
  readonly isInUse: boolean;
}

export interface VolumeUsage {
  readonly name: string;
  /** Null when its labels name no installation. */
  readonly owner: LastingOwner | null;
  readonly bytes: number;
}
