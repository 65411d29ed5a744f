import { expect, test } from "vitest";
import type { ImageId, InstallationId, ProductId } from "../../../server/model/names/ids.ts";
import type { DiskUsage, ImageUsage } from "../../../server/ports/engine/disk-usage.ts";
import { imageTag } from "../../../server/rules/rollout/retention.ts";
import { cleaningStateText, parseCleaningState } from "../../../server/rules/space/cleaning-state.ts";
import { spaceByProduct } from "../../../server/rules/space/space-by-product.ts";

const image = (ownBytes: number, ...products: number[]): ImageUsage => ({
  ...{ id: `sha256:${ownBytes}` as ImageId, hasOtherTags: false, isInUse: false, ownBytes, createdAt: new Date(0) },
  tags: products.map((product) => imageTag("abcdefgh", product, "web", 1)),
});
const volume = (bytes: number, product: number | null) => ({
  ...{ name: `v${bytes}`, bytes },
  owner: product === null ? null : { product: product as ProductId, installation: 1 as InstallationId },
});
const usage: DiskUsage = {
  ...{ imagesBytes: 1_000, containersBytes: 0, volumesBytes: 500, buildCacheBytes: 70, unusedCacheBytes: 60 },
  images: [image(100, 1), image(30, 1), image(200, 2), image(7, 1, 2), image(9)],
  volumes: [volume(50, 1), volume(400, 2), volume(20, null)],
};
const kept = (id: number, slug: string) => ({ id: id as ProductId, slug, repositoryBytes: 3, backupsBytes: 2 });

test("each product has its own part, the largest first, and every byte of Docker's is counted once", () => {
  const use = spaceByProduct(usage, [kept(1, "shop"), kept(2, "blog"), kept(3, "idle")]);
  const own = { repositoryBytes: 3, backupsBytes: 2 };
  expect(use.products).toEqual([
    { slug: "blog", imagesBytes: 200, volumesBytes: 400, bytes: 605, ...own },
    { slug: "shop", imagesBytes: 130, volumesBytes: 50, bytes: 185, ...own },
    { slug: "idle", imagesBytes: 0, volumesBytes: 0, bytes: 5, ...own },
  ]);
  expect(use).toMatchObject({ otherImagesBytes: 670, otherVolumesBytes: 50, buildCacheBytes: 70 });
});

test("sums that Docker does not know are not negative", () => {
  expect(spaceByProduct({ ...usage, imagesBytes: 0, volumesBytes: 0 }, [kept(1, "shop")])).toMatchObject({
    ...{ otherImagesBytes: 0, otherVolumesBytes: 0 },
  });
});

test("what came of a removal is read back as it was written", () => {
  const done = { type: "done", at: new Date("2026-11-30T12:00:00Z"), bytes: 3_200_000_000 } as const;
  for (const state of [done, { type: "asked" } as const]) {
    expect(parseCleaningState(cleaningStateText(state))).toEqual(state);
  }
  expect([null, "", "soon"].map(parseCleaningState)).toEqual([{ type: "never" }, { type: "never" }, { type: "never" }]);
});
