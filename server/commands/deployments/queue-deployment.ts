import type { Queued } from "../../model/deployment/deployment.ts";
import type { DeploymentRequest } from "../../ports/store/deployments.ts";
import type { Uses } from "../adapters.ts";
import type { Refused } from "../refused.ts";

export type QueueOutcome =
  /** `rebuild` means that its images no longer exist, so that the exact commit is built again. */
  { readonly type: "queued"; readonly deployment: Queued; readonly rebuild: boolean } | Refused;

/** Records the intent and wakes the queue. Earlier queued deployments stay. */
export async function queueDeployment(
  { store, clock, wakeQueue }: Uses<"store" | "clock" | "wakeQueue">,
  request: Omit<DeploymentRequest, "id" | "supersedes">,
  rebuild = false,
): Promise<QueueOutcome> {
  const outcome = await store.deployments.enqueue({ ...request, id: null, supersedes: false }, clock.now());
  if (outcome === "changed") throw new Error("a request without a guard reported a change");
  wakeQueue();
  return { type: "queued", deployment: outcome.deployment, rebuild };
}
