import { type Deployment, isOver } from "../../model/deployment/deployment.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

/**
 * Cancels a queued deployment at once, and asks the worker to stop a running one. After the cut-over it is too late.
 */
export async function cancel(
  { store, clock, wakeQueue }: Uses<"store" | "clock" | "wakeQueue">,
  deployment: Deployment,
  by: string,
): Promise<{ readonly type: "cancelled" | "asked" } | Refused> {
  const outcome = await store.deployments.requestCancel(deployment.id, clock.now(), by);
  wakeQueue();
  if (outcome === "stopped") return { type: "cancelled" };
  if (outcome === "asked") return { type: "asked" };
  const now = await store.deployments.get(deployment.id);
  return refused(
    "conflict",
    now && isOver(now.status)
      ? `deployment ${deployment.number} has already finished (${now.status})`
      : `deployment ${deployment.number} is being cut over and can no longer be cancelled`,
  );
}
