import { type Deployment, specOf } from "../../model/deployment/deployment.ts";
import type { LiveSpec } from "../../rules/rollout/stateful.ts";
import type { DeploymentContext } from "../context/context.ts";

/** The version that served before this deployment; null when none did. `known` is the deployment as it is now. */
export async function liveBefore(
  { store, deployment, installation }: DeploymentContext,
  known?: Deployment,
): Promise<LiveSpec | null> {
  const now = known ?? (await store.deployments.get(deployment.id));
  const id = now?.status === "deploying" && now.step === "watch" ? now.replacedId : installation.liveDeploymentId;
  if (id === null || id === deployment.id) return null;
  const live = await store.deployments.get(id);
  const spec = live && specOf(live);
  return spec ? { id, spec } : null;
}
