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
    repository: place.product.repository,
    timing: timingText(deployment),
    canRedeploy: !live && canRedeploy(deployment),
  };
}

/**
 * From its start, not from when it was asked for, until traffic moved: neither waiting nor watching is counted. Of one to
 * which it never did: until its end.
 */
export function timingText(deployment: Deployment): string | null {
  if (deployment.status === "queued" || !deployment.startedAt) return null;
  const liveAt = ("liveAt" in deployment && deployment.liveAt) || null;
  const end = liveAt ?? endOf(deployment);
  if (!end) return null;
  const took = elapsedText(end.getTime() - deployment.startedAt.getTime());
  return liveAt ? `live after ${took}` : `took ${took}`;
}

/** It was ready once, and what it was made of is known. */
export function canRedeploy(deployment: Deployment): boolean {
  return readyAtOf(deployment) !== null && specOf(deployment) !== null;
}
