import { specOf } from "../../model/deployment/deployment.ts";
import type { LiveSpec } from "../../rules/rollout/stateful.ts";
import type { DeploymentContext } from "../context/context.ts";

/** The version that served before this deployment; null when none did. */
export async function liveBefore({ store, deployment, installation }: DeploymentContext): Promise<LiveSpec | null> {
  const now = await store.deployments.get(deployment.id);
  const id = now?.status === "deploying" && now.step === "watch" ? now.replacedId : installation.liveDeploymentId;
  if (id === null || id === deployment.id) return null;
  const live = await store.deployments.get(id);
  const spec = live && specOf(live);
  return spec ? { id, spec } : null;
}
