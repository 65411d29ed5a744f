import type { InstallationId } from "../../model/names/ids.ts";
import type { Uses } from "../adapters.ts";
import { refused } from "../refused.ts";
import { askedVersion, type VersionRequest } from "./asked-version.ts";
import { type QueueOutcome, queueDeployment } from "./queue-deployment.ts";

/**
 * Queues a deployment of a branch, tag or commit; without either, of the tracked branch. A commit that is named with a
 * ref must be part of it: checked now if it was pushed here, and on the fetch if it is elsewhere.
 */
export async function deploy(
  adapters: Uses<"store" | "git" | "clock" | "wakeQueue">,
  id: InstallationId,
  version: VersionRequest,
  by: string,
  signal: AbortSignal,
): Promise<QueueOutcome> {
  const { store, git } = adapters;
  const installed = await store.installations.installedProduct(id);
  if (!installed) return refused("not_found", `there is no product deployment ${id}`);
  const asked = await askedVersion(git, installed.product, installed.installation, version, signal);
  if ("type" in asked) return asked;
  const request = { installationId: id, trigger: "api", by, sourceId: null, variables: "now" } as const;
  return queueDeployment(adapters, { ...request, ...asked });
}
