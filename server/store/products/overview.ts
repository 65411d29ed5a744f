import { and, asc, between, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import { dismissalPrefix } from "../../model/deployment/dismissal.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { InstallationOverview } from "../../ports/store/products.ts";
import type { Queries } from "../postgres/database.ts";
import { deployments, installations } from "../schema/deployments.ts";
import { environments, products, settings } from "../schema/products.ts";
import { environmentColumns, installationColumns, productColumns } from "./installation-row.ts";

/** Finds each newest deployment with one step in an index, however many deployments there are. */
export async function readOverview(
  queries: Queries,
  of?: readonly DeploymentId[],
): Promise<readonly InstallationOverview[]> {
  if (of?.length === 0) return [];
  const { id, number, status, createdAt } = deployments;
  const newest = queries
    .select({ id, number, status, createdAt })
    .from(deployments)
    .where(between(deployments.installationId, installations.id, installations.id))
    // See pageOf in ../deployments/list-rows.ts: only the index that holds an installation's own has this order.
    .orderBy(desc(deployments.installationId), desc(deployments.id))
    .limit(1)
    .as("newest");
  const owners =
    of &&
    queries
      .select({ id: deployments.installationId })
      .from(deployments)
      .where(inArray(id, [...of]));
  const rows = await queries
    .select({
      installation: installationColumns,
      product: productColumns,
      environment: environmentColumns,
      id: newest.id,
      number: newest.number,
      status: newest.status,
      createdAt: newest.createdAt,
      dismissed: settings.value,
    })
    .from(installations)
    .innerJoin(products, eq(products.id, installations.productId))
    .innerJoin(environments, eq(environments.id, installations.environmentId))
    .leftJoinLateral(newest, sql`true`)
    .leftJoin(settings, eq(settings.name, sql`${dismissalPrefix}::text || ${installations.id}`))
    .where(
      and(isNull(products.deletedAt), isNull(installations.deletedAt), owners && inArray(installations.id, owners)),
    )
    .orderBy(asc(installations.id));
  return rows.map(({ id: newestId, number, status, createdAt, dismissed, ...installed }) => ({
    ...installed,
    newest:
      newestId === null || number === null || status === null || createdAt === null
        ? null
        : { id: newestId, number, status, createdAt },
    isDismissed: newestId !== null && dismissed === String(newestId),
  }));
}
