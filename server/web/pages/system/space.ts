import type { SpaceProps } from "../../../../views/system/space-section.tsx";
import { createLastKnown } from "../../../async/last-known.ts";
import { cleaning } from "../../../commands/space/free-space.ts";
import { readKeptVersions } from "../../../commands/space/kept-versions.ts";
import type { DiskUsage } from "../../../ports/engine/disk-usage.ts";
import { parseCleaningState } from "../../../rules/space/cleaning-state.ts";
import { safeToRemove } from "../../../rules/space/safe-to-remove.ts";
import { type KeptOfProduct, spaceByProduct } from "../../../rules/space/space-by-product.ts";
import type { PageNeeds } from "../page.ts";

/** Each file of each repository is looked at. */
const maxAgeMs = 5 * 60_000;
/** Each version of each product is decrypted. */
const versionsMaxAgeMs = 30_000;
const patienceMs = 50;
const backupsCounted = 10_000;

/** Reads what takes the space by product. Null while it is still being added up. */
export function createSpace(needs: PageNeeds) {
  const { clock, store, keepVersions, keepVersionDays, buildCacheBytes } = needs;
  const { monotonicMs: nowMs } = clock;
  const kept = createLastKnown(() => readKept(needs), { maxAgeMs, patienceMs, nowMs });
  const versions = createLastKnown(() => readKeptVersions(store, needs, clock.now()), {
    ...{ maxAgeMs: versionsMaxAgeMs, patienceMs, nowMs },
  });

  return async (usage: DiskUsage | null): Promise<SpaceProps | null> => {
    const [ofProducts, keptVersions] = await Promise.all([kept.get(), versions.get()]);
    if (usage === null || ofProducts === null || keptVersions === null) return null;
    return {
      use: spaceByProduct(usage, ofProducts),
      safe: safeToRemove(usage, keptVersions, { mayEmptyCache: buildCacheBytes !== null }),
      cleaning: parseCleaningState(await store.settings.get(cleaning)),
      keepVersions,
      keepVersionDays,
    };
  };
}

async function readKept({ store, git }: PageNeeds): Promise<readonly KeptOfProduct[]> {
  const [products, installations, place] = await Promise.all([
    store.products.list(),
    store.installations.list(),
    store.backups.place(),
  ]);
  // Those in a bucket take no space here.
  const backups = place.type === "folder" ? await store.backups.list({ kept: true, limit: backupsCounted }) : [];
  const kept: KeptOfProduct[] = [];
  for (const { id, slug } of products) {
    const own = new Set(installations.filter(({ productId }) => productId === id).map((one) => one.id));
    const backupsBytes = backups.reduce(
      (bytes, { installationId, storedBytes }) => bytes + (own.has(installationId) ? storedBytes : 0),
      0,
    );
    kept.push({ id, slug, repositoryBytes: await git.repositoryBytes(id), backupsBytes });
  }
  return kept;
}
