import type { ProductId } from "../../model/names/ids.ts";
import type { DiskUsage } from "../../ports/engine/disk-usage.ts";
import { productOfTag } from "../rollout/retention.ts";

export interface ProductSpace {
  readonly slug: string;
  /** What its images share with no other image. */
  readonly imagesBytes: number;
  readonly volumesBytes: number;
  readonly repositoryBytes: number;
  readonly backupsBytes: number;
  readonly bytes: number;
}

export interface SpaceUse {
  /** The largest first. */
  readonly products: readonly ProductSpace[];
  /** Layers that several images share, and images of this Docker that are no product's. */
  readonly otherImagesBytes: number;
  /** Volumes of this Docker that are no product's. */
  readonly otherVolumesBytes: number;
  readonly buildCacheBytes: number;
}

/** What Baton itself keeps of a product, outside of Docker. */
export interface KeptOfProduct {
  readonly id: ProductId;
  readonly slug: string;
  readonly repositoryBytes: number;
  readonly backupsBytes: number;
}

/** Tells each product's part of the space. Every byte of Docker's is counted once. Pure. */
export function spaceByProduct(usage: DiskUsage, kept: readonly KeptOfProduct[]): SpaceUse {
  const images = sums(usage.images, ({ tags, ownBytes }) => [soleProduct(tags), ownBytes]);
  const volumes = sums(usage.volumes, ({ owner, bytes }) => [owner?.product ?? null, bytes]);
  const products = kept.map(({ id, slug, repositoryBytes, backupsBytes }) => {
    const [imagesBytes, volumesBytes] = [images.get(id) ?? 0, volumes.get(id) ?? 0];
    const bytes = imagesBytes + volumesBytes + repositoryBytes + backupsBytes;
    return { slug, imagesBytes, volumesBytes, repositoryBytes, backupsBytes, bytes };
  });
  return {
    products: products.sort((a, b) => b.bytes - a.bytes || a.slug.localeCompare(b.slug)),
    otherImagesBytes: rest(usage.imagesBytes, products, "imagesBytes"),
    otherVolumesBytes: rest(usage.volumesBytes, products, "volumesBytes"),
    buildCacheBytes: usage.buildCacheBytes,
  };
}

/** The product that all of an image's tags belong to. */
function soleProduct(tags: readonly string[]): ProductId | null {
  const [first = null, ...others] = new Set(tags.map(productOfTag));
  return others.length === 0 ? first : null;
}

function sums<T>(
  things: readonly T[],
  part: (thing: T) => readonly [ProductId | null, number],
): ReadonlyMap<ProductId, number> {
  const total = new Map<ProductId, number>();
  for (const thing of things) {
    const [product, bytes] = part(thing);
    if (product !== null) total.set(product, (total.get(product) ?? 0) + bytes);
  }
  return total;
}

function rest(all: number, products: readonly ProductSpace[], part: "imagesBytes" | "volumesBytes"): number {
  return Math.max(0, all - products.reduce((total, product) => total + product[part], 0));
}
