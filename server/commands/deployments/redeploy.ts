import { type Deployment, readyAtOf, specOf } from "../../model/deployment/deployment.ts";
import { servicesOf } from "../../model/deployment/spec.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { Uses } from "../adapters.ts";
import { refused } from "../refused.ts";
import { type QueueOutcome, queueDeployment } from "./queue-deployment.ts";

/**
 * Makes a version that was ready live again, with the variables it had ("then") or the current ones ("now"). It is a
 * rollback if another version is live. `dataBefore` is the deployment whose backups are restored; null leaves the data.
 */
export async function redeploy(
  adapters: Uses<"store" | "engine" | "clock" | "wakeQueue">,
  source: Deployment,
  variables: "then" | "now",
  by: string,
  signal: AbortSignal,
  dataBefore: DeploymentId | null = null,
): Promise<QueueOutcome> {
  const { store, engine } = adapters;
  const spec = specOf(source);
  if (!readyAtOf(source) || !spec) {
    return refused("conflict", `deployment ${source.number} was never ready, so it cannot be made live again`);
  }
  const installation = await store.installations.get(source.installationId);
  if (!installation) return refused("not_found", "the product of this deployment was deleted");
  const images = await Promise.all(servicesOf(spec).map((service) => engine.inspectImage(service.image, signal)));
  return queueDeployment(
    adapters,
    {
      installationId: source.installationId,
      trigger: installation.liveDeploymentId === source.id ? "redeploy" : "rollback",
      by,
      ref: source.ref,
      commit: source.commit,
      sourceId: source.id,
      variables,
      dataBefore,
    },
    images.includes(null),
  );
}
