import { inArray } from "drizzle-orm";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { Queries } from "../postgres/database.ts";
import { deliveryDeployments } from "../schema/webhooks.ts";

/** The deployments of each of these deliveries, oldest first. */
export async function linksOf(
  queries: Queries,
  ids: readonly number[],
): Promise<ReadonlyMap<number, readonly DeploymentId[]>> {
  const links = new Map<number, DeploymentId[]>();
  if (ids.length === 0) return links;
  const rows = await queries
    .select()
    .from(deliveryDeployments)
    .where(inArray(deliveryDeployments.deliveryId, [...ids]))
    .orderBy(deliveryDeployments.deploymentId);
  for (const { deliveryId, deploymentId } of rows)
    links.set(deliveryId, [...(links.get(deliveryId) ?? []), deploymentId]);
  return links;
}
