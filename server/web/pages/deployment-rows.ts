import type { DeploymentRow } from "../../../views/deployment-row.tsx";
import type { Deployment } from "../../model/deployment.ts";
import { readyAtOf, specOf } from "../../model/deployment.ts";
import { elapsedText } from "../../rules/duration-text.ts";
import type { Place } from "../catalog.ts";
import { endOf } from "../deployment-end.ts";

export function deploymentRow(deployment: Deployment, place: Place, among: "its product's" | "all"): DeploymentRow {
  const live = place.installation.liveDeploymentId === deployment.id;
  return {
    deployment,
    live,
    product: among === "all" ? place.product.slug : null,
    took: tookText(deployment),
    canRedeploy: !live && canRedeploy(deployment),
  };
}

/** From its start, not from when it was asked for, until traffic moved: neither waiting nor watching is counted. */
export function tookText(deployment: Deployment): string | null {
  const end = endOf(deployment);
  if (!end || deployment.status === "queued" || !deployment.startedAt) return null;
  const liveAt = deployment.status === "ready" || deployment.status === "stopped" ? deployment.liveAt : null;
  return elapsedText((liveAt ?? end).getTime() - deployment.startedAt.getTime());
}

/** It was ready once, and what it was made of is known. */
export function canRedeploy(deployment: Deployment): boolean {
  return readyAtOf(deployment) !== null && specOf(deployment) !== null;
}
