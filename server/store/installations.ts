import { and, asc, eq, getTableColumns, inArray, isNull } from "drizzle-orm";
import type { DeploymentId, InstallationId } from "../model/ids.ts";
import type { InstallationStore } from "../ports/store.ts";
import { lock } from "./advisory-locks.ts";
import type { Database, Transaction } from "./database.ts";
import { runningStatuses } from "./deployment-row.ts";
import { writeStatusEvent } from "./events.ts";
import { deployments, installations, products } from "./schema.ts";
import type { Secrets } from "./secrets.ts";
import { changeVariables, readVariables, variableNames } from "./variables.ts";

export function createInstallationStore(database: Database, secrets: Secrets): InstallationStore {
  return {
    list: () =>
      database.read((queries) =>
        queries
          .select(getTableColumns(installations))
          .from(installations)
          .innerJoin(products, eq(products.id, installations.productId))
          .where(isNull(products.deletedAt))
          .orderBy(asc(installations.id)),
      ),

    get: (id) =>
      database.read(async (queries) => {
        const [installation] = await queries.select().from(installations).where(eq(installations.id, id));
        return installation ?? null;
      }),

    ofProduct: (product) =>
      database.read((queries) =>
        queries.select().from(installations).where(eq(installations.productId, product)).orderBy(asc(installations.id)),
      ),

    async setBranch(id, branch) {
      await database.write(({ tx }) => tx.update(installations).set({ branch }).where(eq(installations.id, id)));
    },

    stop: (id, at) => database.write((transaction) => stop(transaction, id, at)),

    variableNames: (id) => database.read((queries) => variableNames(queries, id)),
    variables: (id) => database.read((queries) => readVariables(queries, secrets, id)),
    changeVariables: (id, set, unset) =>
      database.write((transaction) => changeVariables(transaction, secrets, id, set, unset)),
  };
}

async function stop(
  transaction: Transaction,
  id: InstallationId,
  at: Date,
): Promise<{ readonly stopped: DeploymentId | null } | null> {
  const { tx } = transaction;
  // With the claims: one that comes now waits, and its deployment starts what was stopped again, in that order.
  await lock(tx, "claim");
  const ofIt = eq(deployments.installationId, id);
  if ((await tx.$count(deployments, and(ofIt, inArray(deployments.status, runningStatuses)))) > 0) return null;

  const [installation] = await tx
    .select({ live: installations.liveDeploymentId })
    .from(installations)
    .where(eq(installations.id, id))
    .for("no key update");
  await tx.update(installations).set({ liveDeploymentId: null, stopped: true }).where(eq(installations.id, id));
  if (!installation?.live) return { stopped: null };

  const reason = "stopped by hand";
  await tx
    .update(deployments)
    .set({ status: "stopped", reason, finishedAt: at })
    .where(eq(deployments.id, installation.live));
  await writeStatusEvent(transaction, { id: installation.live, status: "stopped", reason }, at);
  return { stopped: installation.live };
}
