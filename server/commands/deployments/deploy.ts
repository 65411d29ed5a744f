import type { InstallationId } from "../../model/names/ids.ts";
import type { Uses } from "../adapters.ts";
import { refused } from "../refused.ts";
import { askedVersion, type VersionRequest } from "./asked-version.ts";
import { type QueueOutcome, queueDeployment } from "./queue-deployment.ts";

/**
 * Queues a deployment of a branch, tag or commit, or of the tracked branch if none is given. A commit that comes with a
 * ref must be part of it. This is checked now for pushed repositories, and after fetching for others.
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
