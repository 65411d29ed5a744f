import { expect, test } from "vitest";
import type { ImageId } from "../../../server/model/names/ids.ts";
import type { ImageUsage } from "../../../server/ports/engine/disk-usage.ts";
import { createOldImageKeeper } from "../../../server/reconciler/cleaning/images.ts";
import type { ReconcilerContext } from "../../../server/reconciler/context.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createFakeStore } from "../../fakes/store/fake-store.ts";
import { createSamples } from "../../web/samples.ts";

const hourMs = 60 * 60_000;

test("what is too old is looked for an hour after the start and then once a day, and never while something is deployed", async () => {
  const clock = createFakeClock();
  const store = createFakeStore(clock);
  const samples = createSamples(store, clock);
  const { installation } = await samples.product("shop");
  const usage: ImageUsage = {
    ...{ id: "sha256:left" as ImageId, tags: [], hasOtherTags: false, ownBytes: 1, isInUse: false },
    createdAt: new Date(0),
  };
  const removed: string[] = [];
  const engine = {
    listImages: async () => [],
    diskUsage: async () => ({ images: [usage], unusedCacheBytes: 0 }),
    removeUntagged: async (id: ImageId) => void removed.push(id),
  };
  const context = { engine, store, clock, keepVersions: 5, keepVersionDays: 30, signal: new AbortController().signal };
  const keep = createOldImageKeeper(context as unknown as ReconcilerContext);

  await keep();
  expect(removed).toEqual([]);
  await clock.advance(hourMs);
  await keep();
  await keep();
  expect(removed).toEqual([usage.id]);
  samples.building(installation);
  await clock.advance(24 * hourMs);
  await keep();
  expect(removed).toHaveLength(1);
});
