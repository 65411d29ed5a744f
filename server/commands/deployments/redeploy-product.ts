import type { InstallationId } from "../../model/names/ids.ts";
import type { Uses } from "../adapters.ts";
import { refused } from "../refused.ts";
import { type QueueOutcome, queueDeployment } from "./queue-deployment.ts";

/**
 * Redeploys the live version, or, after a stop, the last one that was ready. All stacks are deployed, including
 * stateful services, with third-party images pulled again and the current variables. `sessionId` lets readers follow
 * the progress.
 */
export async function redeployProduct(
  adapters: Uses<"store" | "clock" | "wakeQueue">,
  id: InstallationId,
  { by, sessionId }: { readonly by: string; readonly sessionId: string | null },
): Promise<QueueOutcome> {
  const { store } = adapters;
  const installation = await store.installations.get(id);
  if (!installation) return refused("not_found", `there is no product deployment ${id}`);
  const { liveDeploymentId } = installation;
  const [lastReady] = await store.deployments.lastReady(id, 1);
  const source = liveDeploymentId === null ? lastReady : await store.deployments.get(liveDeploymentId);
  if (!source) return refused("conflict", "no version was ever ready, so there is nothing to redeploy");
  const { ref, commit } = source;
  const version = { ref, commit, sourceId: source.id, variables: "now", fresh: true } as const;
  return queueDeployment(adapters, { installationId: id, trigger: "redeploy", by, sessionId, ...version });
}
