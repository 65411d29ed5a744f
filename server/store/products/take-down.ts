import { and, asc, inArray } from "drizzle-orm";
import type { InstallationId } from "../../model/names/ids.ts";
import { requestCancel } from "../deployments/cancel.ts";
import { undecidedStatuses } from "../deployments/deployment-row.ts";
import type { Secrets } from "../keys/secrets.ts";
import type { Transaction } from "../postgres/database.ts";
import { deployments } from "../schema/deployments.ts";
import { domains } from "../schema/leases.ts";
import { customDomains } from "../schema/user-settings.ts";

/** Frees the hosts of deleted installations and ends their unfinished deployments. The caller has locked their rows. */
export async function takeDown(
  transaction: Transaction,
  ids: readonly InstallationId[],
  at: Date,
  secrets: Secrets,
): Promise<void> {
  const { tx } = transaction;
  if (ids.length === 0) return;
  for (const table of [domains, customDomains]) await tx.delete(table).where(inArray(table.installationId, [...ids]));
  const undecided = await tx
    .select({ id: deployments.id })
    .from(deployments)
    .where(and(inArray(deployments.installationId, [...ids]), inArray(deployments.status, undecidedStatuses)))
    .orderBy(asc(deployments.id));
  for (const { id } of undecided) await requestCancel(transaction, id, at, secrets);
}
