import { describe, expect, test } from "vitest";
import type { DeploymentId, ImageId } from "../../../server/model/names/ids.ts";
import type { ImageUsage } from "../../../server/ports/engine/disk-usage.ts";
import { imageTag } from "../../../server/rules/rollout/retention.ts";
import {
  isAnythingSafe,
  type KeptVersions,
  oldLeftovers,
  safeToRemove,
} from "../../../server/rules/space/safe-to-remove.ts";

const idOf = (letter: string) => `sha256:${letter.repeat(64)}` as ImageId;
const tag = (deployment: number) => imageTag("abcdefgh", 1, "web", deployment);
const image = (letter: string, change: Partial<ImageUsage> = {}): ImageUsage => ({
  ...{
    id: idOf(letter),
    tags: [],
    hasOtherTags: false,
    ownBytes: 10,
    createdAt: new Date(0),
    isInUse: false,
    ...change,
  },
});
const keeping = (letters: string, ...undecided: number[]): KeptVersions => ({
  images: new Set([...letters].map(idOf)),
  undecided: new Set(undecided as DeploymentId[]),
});
const safe = (images: readonly ImageUsage[], kept = keeping(""), mayEmptyCache = true) =>
  safeToRemove({ images, unusedCacheBytes: 5 }, kept, { mayEmptyCache });

describe("safe to remove are", () => {
  test("images of versions that are no longer kept, with their sizes", () => {
    const images = [image("a", { tags: [tag(1)] }), image("b", { tags: [tag(2)] })];
    expect(safe(images, keeping("b"))).toEqual({
      oldImages: { tags: [tag(1)], count: 1, bytes: 10 },
      leftovers: { ids: [], count: 0, bytes: 0 },
      cacheBytes: 5,
      bytes: 15,
    });
  });

  test("images without a name that no kept version runs", () => {
    const { leftovers, bytes } = safe([image("a"), image("b")], keeping("b"));
    expect(leftovers).toEqual({ ids: [idOf("a")], count: 1, bytes: 10 });
    expect(bytes).toBe(15);
  });

  test("the unused build cache, unless Baton leaves the cache alone", () => {
    expect(safe([])).toMatchObject({ cacheBytes: 5, bytes: 5 });
    expect(safe([], keeping(""), false)).toMatchObject({ cacheBytes: null, bytes: 0 });
  });
});

describe("not safe to remove are", () => {
  test.each<[string, ImageUsage, KeptVersions]>([
    ["the image of a kept version", image("a", { tags: [tag(1)] }), keeping("a")],
    ["an image of a kept version that lost its name", image("a"), keeping("a")],
    ["an image that a container uses", image("a", { tags: [tag(1)], isInUse: true }), keeping("")],
    ["an image without a name that a container uses", image("a", { isInUse: true }), keeping("")],
    ["what a deployment under way has built", image("a", { tags: [tag(7)] }), keeping("", 7)],
    ["images without a name while something is deployed", image("a"), keeping("", 7)],
    ["a base image", image("a", { tags: ["baton-abcdefgh/base/node:22"] }), keeping("")],
    ["an image without a name of its own that somebody else named", image("a", { hasOtherTags: true }), keeping("")],
  ])("%s", (_, one, kept) => {
    const found = safe([one], kept, false);
    expect(found).toMatchObject({ oldImages: { tags: [] }, leftovers: { ids: [] }, bytes: 0 });
    expect(isAnythingSafe(found)).toBe(false);
  });
});

test("an image that keeps another name frees nothing when its tag goes", () => {
  const partlyKept = image("a", { tags: [tag(1)], hasOtherTags: true });
  const twice = image("b", { tags: [tag(2), tag(7)] });
  expect(safe([partlyKept, twice], keeping("", 7)).oldImages).toEqual({ tags: [tag(1), tag(2)], count: 0, bytes: 0 });
});

test("what builds have left is removed without being asked after a week", () => {
  const now = new Date("2026-11-30T12:00Z");
  const [old, young, needed] = [
    image("a", { createdAt: new Date("2026-11-23T11:00Z") }),
    image("b", { createdAt: new Date("2026-11-23T13:00Z") }),
    image("c"),
  ];
  const { leftovers } = safe([old, young, needed], keeping("c"));
  expect(oldLeftovers([old, young, needed], leftovers.ids, now)).toEqual([old.id]);
});
