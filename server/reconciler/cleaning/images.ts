import { specOf } from "../../model/deployment/deployment.ts";
import { tagsToRemove } from "../../rules/rollout/retention.ts";
import type { ReconcilerContext } from "../context.ts";

/** Removes the images of versions that can no longer be made live without a build. */
export async function removeUnneededImages(context: ReconcilerContext): Promise<void> {
  const { engine, store, keepVersions, signal } = context;
  // Images are read first: one that is built meanwhile is then missing from this list, while its deployment is in the
  // next.
  const images = await engine.listImages(signal);
  if (images.length === 0) return;
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
  const specs = [...kept, ...others, ...running].flatMap((deployment) => specOf(deployment) ?? []);
  for (const tag of tagsToRemove(images, specs, new Set(undecided.map(({ id }) => id)))) {
    await engine.removeTag(tag, signal);
  }
}
