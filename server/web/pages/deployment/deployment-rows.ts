import type { DeploymentRowProps } from "../../../../views/deployment/deployment-row.tsx";
import type { Principal } from "../../../model/access/principal.ts";
import type { Deployment } from "../../../model/deployment/deployment.ts";
import { readyAtOf, specOf } from "../../../model/deployment/deployment.ts";
import type { DeploymentId } from "../../../model/names/ids.ts";
import type { ReadStore } from "../../../ports/store/read-store.ts";
import { routes } from "../../../routes.ts";
import { allows } from "../../../rules/access/permissions.ts";
import { elapsedText } from "../../../rules/wording/duration-text.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { endOf } from "../../read/deployment-end.ts";

/**
 * For redeploys of an earlier version, the number of the deployment whose version each one uses, by the redeploy's id.
 */
export async function sourceNumbers(
  store: Pick<ReadStore, "deployments">,
  deployments: readonly Deployment[],
): Promise<ReadonlyMap<DeploymentId, number>> {
  const known = new Map(deployments.map(({ id, number }) => [id, number]));
  const ids = new Set(
    deployments.flatMap(({ sourceId }) => (sourceId === null || known.has(sourceId) ? [] : [sourceId])),
  );
  for (const row of await store.deployments.getAll([...ids])) known.set(row.id, row.number);
  return known;
}

/** Whether a list mixes several products, and who reads it. */
export interface ListReader {
  readonly among: "its product's" | "all";
  readonly who: Principal;
}

export function deploymentRow(
  deployment: Deployment,
  place: InstallationRef,
  sources: ReadonlyMap<DeploymentId, number>,
  { among, who }: ListReader,
): DeploymentRowProps {
  const live = place.installation.liveDeploymentId === deployment.id;
  const mayRedeploy = allows(who, routes.deploymentRedeploy.get.permission, place.product.id);
  return {
    deployment,
    live,
    product: among === "all" ? place.product.slug : null,
    repository: place.product.repository,
    timing: timingText(deployment),
    source: deployment.sourceId === null ? null : (sources.get(deployment.sourceId) ?? null),
    canRedeploy: mayRedeploy && !live && canRedeploy(deployment),
  };
}

/**
 * The time from the start until traffic moved, which counts neither waiting in the queue nor the watch window. If
 * traffic never moved, the time until the end.
 */
export function timingText(deployment: Deployment): string | null {
  if (deployment.status === "queued" || !deployment.startedAt) return null;
  const liveAt = ("liveAt" in deployment && deployment.liveAt) || null;
  const end = liveAt ?? endOf(deployment);
  if (!end) return null;
  const took = elapsedText(end.getTime() - deployment.startedAt.getTime());
  return liveAt ? `live after ${took}` : `took ${took}`;
}

/** Whether the deployment was ready once and its spec is known. */
export function canRedeploy(deployment: Deployment): boolean {
  return readyAtOf(deployment) !== null && specOf(deployment) !== null;
}
