import type { Deployment } from "../../model/deployment/deployment.ts";
import type { Uses } from "../adapters.ts";
import { findDataThen } from "../backups/find-data-then.ts";
import { refused } from "../refused.ts";
import type { QueueOutcome } from "./queue-deployment.ts";
import { redeploy } from "./redeploy.ts";

/** Makes a former version live again with the data that it last ran on. What is there now is backed up first. */
export async function goBack(
  adapters: Uses<"store" | "engine" | "clock" | "wakeQueue">,
  source: Deployment,
  variables: "then" | "now",
  by: string,
  signal: AbortSignal,
): Promise<QueueOutcome> {
  const { store } = adapters;
  const installation = await store.installations.get(source.installationId);
  if (!installation) return refused("not_found", "the product of this deployment was deleted");
  const then = await findDataThen(store, source, installation);
  if (then === null) {
    return refused(
      "conflict",
      `no version after deployment ${source.number} has changed the data, so it is still there`,
    );
  }
  if (typeof then === "string") return refused("conflict", `the data cannot be brought back: ${then}`);
  const open = await store.backups.restores({ installation: installation.id, unfinished: true });
  if (open.length > 0) return refused("conflict", "a restore of this product is not finished yet");
  return redeploy(adapters, source, variables, by, signal, then.before.id);
}
