import { type Deployment, specOf } from "../../model/deployment/deployment.ts";
import type { Installation } from "../../model/product.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { type DataThen, dataThen, firstChangeAfter } from "../../rules/backup/data-then.ts";
import { maxVersionsBack } from "../../rules/rollout/init-runs.ts";

/**
 * Finds what going back to a version with its data would restore; otherwise says why it cannot, as the rest of a
 * sentence. Null when no later version has changed the data.
 */
export async function findDataThen(
  store: Pick<ReadStore, "deployments" | "backups">,
  source: Deployment,
  { id, liveDeploymentId }: Installation,
): Promise<DataThen | string | null> {
  if (source.id === liveDeploymentId) return null;
  const change = firstChangeAfter(source, await store.deployments.lastReady(id, maxVersionsBack));
  if (!change) return null;
  const live = liveDeploymentId === null ? null : await store.deployments.get(liveDeploymentId);
  const spec = live && specOf(live);
  if (!spec) return "nothing is live, and only a running database can be filled";
  return dataThen(change, await store.backups.list({ madeFor: change.id }), spec);
}
