import type { InstallationId } from "../model/names/ids.ts";
import type { Repair } from "../rules/rollout/repair.ts";
import { createBackOff } from "./back-off.ts";
import { removeNetwork } from "./cleaning/remove-network.ts";
import { removeVersion } from "./cleaning/remove-version.ts";
import { type ReconcilerContext, warn } from "./context.ts";
import { removeReplica } from "./replicas/remove-replica.ts";
import type { ReplicaKeeper } from "./replicas/replica-keeper.ts";
import { restoreService } from "./supervision/restore-service.ts";

export interface Repairs {
  carryOut(repair: Repair): Promise<void>;
  /** Resolves when the removals that have begun are over, of one installation or of all. Never rejects. */
  removed(installation?: InstallationId): Promise<void>;
}

/**
 * `onRemoved` is called when a removal ends, because what it blocked can be repaired now, and `onDue` when a repair that
 * failed may be tried again.
 */
export function createRepairs(
  context: ReconcilerContext,
  leaving: ReplicaKeeper["leaving"],
  { onRemoved, onDue }: { readonly onRemoved: () => void; readonly onDue: () => void },
): Repairs {
  const restorations = createBackOff(context, onDue);
  const { proxy, log } = context;
  const removing = new Map<string, { readonly installation: InstallationId | null; readonly done: Promise<void> }>();

  return {
    async carryOut(repair) {
      switch (repair.type) {
        case "switch":
          log.info(repair, "the proxy served a different version from the one in the database; correcting it");
          await proxy.switchTo(repair.installation, repair.to);
          return;
        case "stop-traffic":
          await proxy.switchTo(repair.installation, "stopped");
          log.info(repair, "an installation was stopped; its hosts answer 503 now");
          return;
        case "update-upstream":
          log.info(repair, "traffic of a service went to an address its container no longer has; correcting it");
          await proxy.prepare(repair.installation, repair.deployment, new Map([[repair.service, repair.address]]));
          return;
        case "restore-service":
          // A start that fails may end the container once more, which is an event that asks for the next look.
          await restorations.try(`${repair.deployment}/${repair.service}/${repair.replica}`, async () => {
            log.info(repair, "a container of a live version is missing; starting it");
            await restoreService(context, repair);
          });
          return;
        case "remove-network":
          await removeNetwork(context, repair);
          return;
        case "forget-installation":
          await proxy.forgetInstallation(repair.installation);
          return;
        case "remove-version":
          beginToRemove(String(repair.deployment), repair.installation, () => removeVersion(context, repair));
          return;
        case "remove-replica": {
          const { installation, deployment, service, replica } = repair;
          const remove = () => removeReplica(context, repair, leaving);
          beginToRemove(`${deployment}/${service}/${replica}`, installation, remove);
          return;
        }
      }
    },
    async removed(installation) {
      const begun = [...removing.values()].filter(
        (each) => installation === undefined || each.installation === installation,
      );
      await Promise.all(begun.map(({ done }) => done));
    },
  };

  /** Draining takes a while, and nothing else may wait for it. */
  function beginToRemove(what: string, installation: InstallationId | null, remove: () => Promise<void>): void {
    if (removing.has(what)) return;
    const done = remove()
      .catch((error: unknown) => warn(context, error, "removing a version or a replica failed; it will be retried"))
      .finally(() => {
        removing.delete(what);
        onRemoved();
      });
    removing.set(what, { installation, done });
  }
}
