import { specOf } from "../../model/deployment/deployment.ts";
import { tagsToRemove } from "../../rules/rollout/retention.ts";
import type { ReconcilerContext } from "../context.ts";

/** Removes the images of versions that can no longer be made live without a build. */
export async function removeUnneededImages(context: ReconcilerContext): Promise<void> {
  const { engine, store, keepVersions, signal } = context;
  // Images are read first: one that is built meanwhile is then missing from this list, while its deployment is in the
  // next.
  const images = await engine.listImages(signal);
  const { queued, running } = await store.deployments.queue();
  const undecided = [...queued, ...running];
  const installations = await store.installations.list();
  const kept = await Promise.all(installations.map(({ id }) => store.deployments.lastReady(id, keepVersions)));
  const live = await Promise.all(
    installations.flatMap(({ liveDeploymentId }) =>
      liveDeploymentId === null ? [] : [store.deployments.get(liveDeploymentId)],
    ),
  );
  const sources = await Promise.all(
    undecided.flatMap(({ sourceId }) => (sourceId === null ? [] : [store.deployments.get(sourceId)])),
  );
  const specs = [...kept.flat(), ...live, ...sources, ...running].flatMap((deployment) => {
    const spec = deployment && specOf(deployment);
    return spec ? [spec] : [];
  });
  for (const tag of tagsToRemove(images, specs, new Set(undecided.map(({ id }) => id)))) {
    await engine.removeTag(tag, signal);
  }
}
