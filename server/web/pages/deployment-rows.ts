import type { DeploymentRow } from "../../../views/deployment-row.tsx";
import type { Deployment } from "../../model/deployment.ts";
import { readyAtOf, specOf } from "../../model/deployment.ts";
import { durationText } from "../../rules/duration-text.ts";
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
  if (deployment.status === "ready") return durationText(deployment.liveAt.getTime() - deployment.startedAt.getTime());
  // A version that was stopped by hand long after it was ready took until it was ready.
  const readyAt = readyAtOf(deployment);
  return durationText((readyAt ?? end).getTime() - deployment.startedAt.getTime());
}

/** It was ready once, and what it was made of is known. */
export function canRedeploy(deployment: Deployment): boolean {
  return readyAtOf(deployment) !== null && specOf(deployment) !== null;
}
