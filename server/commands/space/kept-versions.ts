import { specOf } from "../../model/deployment/deployment.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import type { KeptVersions } from "../../rules/space/safe-to-remove.ts";

/**
 * Reads which versions keep their images. Images are read before this: one that is built meanwhile is then missing from
 * the list of images, while its deployment is in this one.
 */
export async function readKeptVersions(
  store: Pick<ReadStore, "deployments" | "installations">,
  keepVersions: number,
): Promise<KeptVersions> {
  const { queued, running } = await store.deployments.queue();
  const undecided = [...queued, ...running];
  const installations = await store.installations.list();
  const others = await store.deployments.getAll([
    ...installations.flatMap(({ liveDeploymentId }) => liveDeploymentId ?? []),
    ...undecided.flatMap(({ sourceId }) => sourceId ?? []),
  ]);
  const kept = await store.deployments.lastReadyOf(
    installations.map(({ id }) => id),
    keepVersions,
  );
  return {
    specs: [...kept, ...others, ...running].flatMap((deployment) => specOf(deployment) ?? []),
    undecided: new Set(undecided.map(({ id }) => id)),
  };
}
