import type { InstallationId } from "../model/names/ids.ts";
import type { DesiredState } from "../rules/rollout/world.ts";
import type { ReconcilerContext } from "./context.ts";
import type { LiveVersions } from "./live-versions.ts";

/** Reads the desired state from the rows. `withdrawn`: deleted installations without routes in the proxy. */
export async function readDesiredState(
  context: ReconcilerContext,
  liveVersions: LiveVersions,
  withdrawn: ReadonlySet<InstallationId>,
): Promise<DesiredState> {
  const { store } = context;
  const leaseHolders = await store.leases.holders();
  const { queued, running } = await store.deployments.queue();
  // Read before the deleted ones: an installation that is deleted in between still counts as present.
  const installations = await store.installations.list();
  const deleted = (await store.installations.deleted()).map(({ id }) => id);
  const live = await liveVersions(
    context,
    installations.flatMap(({ liveDeploymentId }) => liveDeploymentId ?? []),
  );
  // A watched version may be rolled back to the previous one, which is no longer live but must stay whole.
  const replaced = await store.deployments.getAll(
    running.flatMap((deployment) =>
      deployment.status === "deploying" && deployment.step === "watch" ? (deployment.replacedId ?? []) : [],
    ),
  );
  const restores = await store.backups.restores({ unfinished: true });
  return {
    installations,
    scalings: await store.installations.allScalings(),
    stillServed: new Set(deleted.filter((id) => !withdrawn.has(id))),
    leaseHolders,
    restoring: new Set(restores.flatMap((one) => (one.status === "running" ? [one.installationId] : []))),
    deployments: [...queued, ...running, ...live, ...replaced],
  };
}
