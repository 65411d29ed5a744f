import { and, asc, desc, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import type { CommitSha, ProductId } from "../../model/names/ids.ts";
import type { DeployedCommit, InstallationFacts } from "../../ports/store/deliveries.ts";
import { undecidedStatuses } from "../deployments/deployment-row.ts";
import type { Queries } from "../postgres/database.ts";
import { deployments, installations } from "../schema/deployments.ts";
import { environments } from "../schema/products.ts";

/** The triggers of deployments that carry a new commit; redeploys and rollbacks bring an old one back. */
const newCommits = ["push", "webhook", "api"] as const;

/** Reads what a delivery to a product is judged by, for each of its installations. */
export async function readInstallationFacts(tx: Queries, product: ProductId): Promise<readonly InstallationFacts[]> {
  const rows = await tx
    .select({
      id: installations.id,
      branch: installations.branch,
      live: installations.liveDeploymentId,
      environment: environments.name,
    })
    .from(installations)
    .innerJoin(environments, eq(environments.id, installations.environmentId))
    .where(and(eq(installations.productId, product), isNull(installations.deletedAt)))
    .orderBy(asc(installations.id));
  const facts: InstallationFacts[] = [];
  for (const { id, branch, live, environment } of rows) {
    const own = eq(deployments.installationId, id);
    facts.push({
      ...{ id, branch, environment },
      undecided: await newest(tx, and(own, inArray(deployments.status, undecidedStatuses))),
      live: live === null ? null : await newest(tx, eq(deployments.id, live)),
      newest: await newest(tx, and(own, inArray(deployments.trigger, newCommits))),
    });
  }
  return facts;
}

/** A deployment has no commit until it is fetched; until then the commit is the one that its delivery named. */
async function newest(tx: Queries, condition: SQL | undefined): Promise<DeployedCommit | null> {
  // Drizzle omits a column's table here, and in the subquery a bare "id" is the delivery's.
  const hinted = sql<CommitSha | null>`(
    select d.commit_sha from delivery_deployments l join webhook_deliveries d on d.id = l.delivery_id
    where l.deployment_id = deployments.id order by d.id limit 1)`;
  const [row] = await tx
    .select({ deployment: deployments.id, commit: deployments.commitSha, hinted })
    .from(deployments)
    .where(condition)
    .orderBy(desc(deployments.number))
    .limit(1);
  return row ? { deployment: row.deployment, commit: row.commit ?? row.hinted } : null;
}
