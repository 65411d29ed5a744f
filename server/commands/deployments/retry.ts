import type { Deployment } from "../../model/deployment/deployment.ts";
import type { Uses } from "../adapters.ts";
import { refused } from "../refused.ts";
import { namesNothing } from "./asked-version.ts";
import { deploy } from "./deploy.ts";
import { type QueueOutcome, queueDeployment } from "./queue-deployment.ts";

/**
 * Queues the commit of a failed deployment again, even if its branch has moved on. If the commit was not known yet, the
 * ref is deployed.
 */
export async function retry(
  adapters: Uses<"store" | "git" | "clock" | "wakeQueue">,
  { installationId, ref, commit }: Deployment,
  by: string,
  signal: AbortSignal,
): Promise<QueueOutcome> {
  const { store, git } = adapters;
  if (!commit) return deploy(adapters, installationId, { ref: ref ?? undefined }, by, signal);
  const product = (await store.installations.installedProduct(installationId))?.product;
  if (!product) return refused("not_found", "the product of this deployment was deleted");
  if (product.repository === null && !(await git.resolve(product.id, commit.sha, signal))) {
    return namesNothing(commit.sha);
  }
  const request = { installationId, trigger: "api", by, ref, commit, sourceId: null, variables: "now" } as const;
  return queueDeployment(adapters, request);
}
