import { specOf } from "../../model/deployment/deployment.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { replacedSince } from "../../rules/space/replaced-since.ts";
import type { KeptVersions } from "../../rules/space/safe-to-remove.ts";

const dayMs = 24 * 60 * 60_000;

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
  const ready = await store.deployments.lastReadyOf(
    installations.map(({ id }) => id),
    keepVersions,
  );
  const kept =
    keepVersionDays === null ? ready : replacedSince(ready, new Date(now.getTime() - keepVersionDays * dayMs));
  return {
    specs: [...kept, ...others, ...running].flatMap((deployment) => specOf(deployment) ?? []),
    undecided: new Set(undecided.map(({ id }) => id)),
  };
}
