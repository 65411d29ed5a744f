import { type Deployment, specOf } from "../../model/deployment/deployment.ts";
import type { ImageId } from "../../model/names/ids.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { imagesOf } from "../../rules/rollout/retention.ts";
import { replacedSince } from "../../rules/space/replaced-since.ts";
import type { KeptVersions } from "../../rules/space/safe-to-remove.ts";

const dayMs = 24 * 60 * 60_000;
/** A version's images are sealed with the rest of it. Those of a thousand products together would fill the memory. */
const installationsAtOnce = 100;

/**
 * Reads which versions keep their images. Images are read before this: one that is built meanwhile is then missing from
 * the list of images, while its deployment is in this one.
 */
export async function readKeptVersions(
  store: Pick<ReadStore, "deployments" | "installations">,
  { keepVersions, keepVersionDays }: { readonly keepVersions: number; readonly keepVersionDays: number | null },
  now: Date,
): Promise<KeptVersions> {
  const { queued, running } = await store.deployments.queue();
  const undecided = [...queued, ...running];
  const installations = await store.installations.list();
  const others = await store.deployments.getAll([
    ...installations.flatMap(({ liveDeploymentId }) => liveDeploymentId ?? []),
    ...undecided.flatMap(({ sourceId }) => sourceId ?? []),
  ]);
  const images = new Set<ImageId>();
  const keep = (versions: readonly Deployment[]) => {
    for (const image of imagesOf(versions.flatMap((version) => specOf(version) ?? []))) images.add(image);
  };
  keep([...others, ...running]);
  for (let from = 0; from < installations.length; from += installationsAtOnce) {
    const some = installations.slice(from, from + installationsAtOnce).map(({ id }) => id);
    const ready = await store.deployments.lastReadyOf(some, keepVersions);
    const since = keepVersionDays === null ? null : new Date(now.getTime() - keepVersionDays * dayMs);
    keep(since === null ? ready : replacedSince(ready, since));
  }
  return { images, undecided: new Set(undecided.map(({ id }) => id)) };
}
