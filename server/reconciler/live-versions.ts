import type { Deployment } from "../model/deployment/deployment.ts";
import type { DeploymentId } from "../model/names/ids.ts";
import type { ReconcilerContext } from "./context.ts";

/**
 * Remembers live versions between passes. One that is ready stays as it is for as long as it is live, because only a
 * stop changes it, and that takes its place away in the same transaction. With a thousand products, reading and opening
 * all specs again at each pass would take most of an idle server's time.
 */
export function createLiveVersions() {
  let known: ReadonlyMap<DeploymentId, Deployment> = new Map();

  return async (
    { store }: Pick<ReconcilerContext, "store">,
    live: readonly DeploymentId[],
  ): Promise<readonly Deployment[]> => {
    const read = await store.deployments.getAll(live.filter((id) => !known.has(id)));
    const fresh = new Map(read.map((deployment) => [deployment.id, deployment]));
    const all = live.flatMap((id) => known.get(id) ?? fresh.get(id) ?? []);
    known = new Map(all.filter(({ status }) => status === "ready").map((deployment) => [deployment.id, deployment]));
    return all;
  };
}

export type LiveVersions = ReturnType<typeof createLiveVersions>;
