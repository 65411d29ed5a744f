import type { InstallationId } from "../../model/names/ids.ts";
import type { Uses } from "../adapters.ts";
import { refused } from "../refused.ts";
import { type QueueOutcome, queueDeployment } from "./queue-deployment.ts";

/**
 * Gives the live version the current variables and settings. Stateful and init services are left alone unless their own
 * settings changed. Images whose build uses a changed variable are built again. Refused while another deployment is in
 * progress.
 */
export async function applyChanges(
  adapters: Uses<"store" | "clock" | "wakeQueue">,
  id: InstallationId,
  by: string,
): Promise<QueueOutcome> {
  const { store } = adapters;
  const installation = await store.installations.get(id);
  if (!installation) return refused("not_found", `there is no product deployment ${id}`);
  const { liveDeploymentId } = installation;
  const live = liveDeploymentId === null ? null : await store.deployments.get(liveDeploymentId);
  if (!live) return refused("conflict", "nothing is live, so there is nothing to apply changes to");
  const [other] = (await store.deployments.undecided(id)).filter((one) => one.id !== live.id);
  if (other) {
    return refused("conflict", `deployment ${other.number} is under way: apply the changes when it has finished`);
  }
  const { ref, commit } = live;
  const version = { ref, commit, sourceId: live.id, variables: "now" } as const;
  return queueDeployment(adapters, { installationId: id, trigger: "redeploy", by, ...version });
}
