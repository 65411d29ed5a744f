import { and, asc, eq, inArray, isNotNull, notInArray, sql } from "drizzle-orm";
import type { Building, Queued, Running, Transition } from "../../model/deployment/deployment.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { Secrets } from "../keys/secrets.ts";
import { lock } from "../postgres/advisory-locks.ts";
import type { Queries, Transaction } from "../postgres/database.ts";
import { deployments } from "../schema/deployments.ts";
import { type DeploymentRow, isQueued, isRunning, runningStatuses } from "./deployment-row.ts";
import { lockRows, moveRow } from "./move.ts";

/**
 * Claims run one at a time (under an advisory lock), so the count of building deployments holds until this claim is
 * committed. The candidate is found without a lock and checked again once it is locked: `skip locked` would skip the
 * oldest whenever an event is being written to it.
 */
export async function claim(
  transaction: Transaction,
  maxBuilding: number,
  now: () => Date,
  secrets: Secrets,
): Promise<Building | null> {
  const { tx } = transaction;
  await lock(tx, "claim");
  const at = now();
  if ((await tx.$count(deployments, eq(deployments.status, "building"))) >= maxBuilding) return null;

  for (;;) {
    const candidate = await oldestClaimable(tx);
    if (candidate === null) return null;
    const [row] = await lockRows(tx, eq(deployments.id, candidate));
    const claimed = row && (await moveRow(transaction, row, { type: "claimed", at }, secrets));
    // Null when it was cancelled or superseded meanwhile, and is no candidate any more.
    if (claimed?.status === "building") return claimed;
  }
}

async function oldestClaimable(tx: Queries): Promise<DeploymentId | null> {
  const [row] = await tx.execute<{ id: string }>(sql`
    select queued.id
    from deployments queued
    where queued.status = 'queued'
      and not exists (
        select from deployments running
        where running.installation_id = queued.installation_id and running.status in ('building', 'deploying'))
    order by queued.id
    limit 1`);
  return row ? (Number(row.id) as DeploymentId) : null;
}

/**
 * Takes over deployments that nobody runs any more: those of a dead server, and all except `except`. Builds start
 * again, unless they were asked to stop: then they end. Deployments past the build are resumed under a new attempt, so
 * that a late write of the dead server matches no row.
 */
export async function rescue(
  transaction: Transaction,
  secrets: Secrets,
  at: Date,
  except: readonly DeploymentId[],
): Promise<{ readonly requeued: readonly Queued[]; readonly resumed: readonly Running[] }> {
  const { tx } = transaction;
  await lock(tx, "claim");
  const strays = and(inArray(deployments.status, runningStatuses), notInArray(deployments.id, [...except]));
  const requeued: Queued[] = [];
  const resumed: Running[] = [];
  for (const row of await lockRows(tx, strays)) {
    const moved = await moveRow(transaction, row, rescueOf(row, at), secrets, at);
    if (moved && isQueued(moved)) requeued.push(moved);
    if (moved && isRunning(moved)) resumed.push(moved);
  }
  return { requeued, resumed };
}

function rescueOf({ status, cancelRequestedAt }: DeploymentRow, at: Date): Transition {
  if (status === "deploying") return { type: "resumed" };
  return cancelRequestedAt === null ? { type: "requeued" } : { type: "cancelled", at };
}

/** Running deployments that were asked to stop, oldest first. */
export async function cancelRequested(queries: Queries): Promise<readonly DeploymentId[]> {
  const rows = await queries
    .select({ id: deployments.id })
    .from(deployments)
    .where(and(inArray(deployments.status, runningStatuses), isNotNull(deployments.cancelRequestedAt)))
    .orderBy(asc(deployments.id));
  return rows.map(({ id }) => id);
}
