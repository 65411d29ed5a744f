import type { InstallationId } from "../model/names/ids.ts";
import type { DesiredState } from "../rules/rollout/reconcile.ts";
import type { ReconcilerContext } from "./context.ts";

/** What the rows say. `withdrawn`: deleted installations that the proxy no longer leads to. */
export async function readDesiredState(
  { store }: ReconcilerContext,
  withdrawn: ReadonlySet<InstallationId>,
): Promise<DesiredState> {
  const leaseHolders = await store.leases.holders();
  const { queued, running } = await store.deployments.queue();
  // Before the deleted ones: an installation that is deleted in between then still counts as one that is not.
  const installations = await store.installations.list();
  const deleted = (await store.installations.deleted()).map(({ id }) => id);
  const live = await Promise.all(
    installations.flatMap(({ liveDeploymentId }) =>
      liveDeploymentId === null ? [] : [store.deployments.get(liveDeploymentId)],
    ),
  );
  // A watched version may be rolled back to the one before, which is no longer live, and must stay whole.
  const replaced = await Promise.all(
    running.flatMap((deployment) =>
      deployment.status === "deploying" && deployment.step === "watch" && deployment.replacedId !== null
        ? [store.deployments.get(deployment.replacedId)]
        : [],
    ),
  );
  const others = [...live, ...replaced].filter((one) => one !== null);
  return {
    installations,
    stillServed: new Set(deleted.filter((id) => !withdrawn.has(id))),
    leaseHolders,
    deployments: [...queued, ...running, ...others],
  };
}
