import { and, asc, eq, inArray, isNotNull, sql } from "drizzle-orm";
import type { Building, Queued, Running } from "../../model/deployment/deployment.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { Secrets } from "../access/secrets.ts";
import { lock } from "../postgres/advisory-locks.ts";
import type { Queries, Transaction } from "../postgres/database.ts";
import { deployments } from "../schema/deployments.ts";
import {
  type DeploymentRow,
  deploymentOf,
  identityOf,
  isQueued,
  isRunning,
  runningStatuses,
} from "./deployment-row.ts";
import { writeStatusEvent } from "./events.ts";

/**
 * Claims come one at a time (an advisory lock), so the count of building ones holds until this one is committed. The
 * candidate is read without a lock and taken by an update that asserts the state it comes from: `skip locked` would
 * pass over the oldest whenever an event is just being written to it.
 */
export async function claim(transaction: Transaction, maxBuilding: number, now: () => Date): Promise<Building | null> {
  const { tx } = transaction;
  await lock(tx, "claim");
  const at = now();
  if ((await tx.$count(deployments, eq(deployments.status, "building"))) >= maxBuilding) return null;

  for (;;) {
    const candidate = await oldestClaimable(tx);
    if (candidate === null) return null;
    const [claimed] = await tx
      .update(deployments)
      .set({ status: "building", attempt: sql`${deployments.attempt} + 1`, startedAt: at })
      .where(and(eq(deployments.id, candidate), eq(deployments.status, "queued")))
      .returning();
    // No row: it was cancelled or superseded meanwhile, and is no candidate any more.
    if (!claimed) continue;
    await writeStatusEvent(transaction, claimed, at);
    return { ...identityOf(claimed), status: "building", startedAt: at };
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
 * A dead server's deployments. What was building starts again (unless it was asked to stop: then it is over); what was
 * deploying is gone on with, under a new attempt, so that a late write of the dead server's finds nothing.
 */
export async function rescue(
  transaction: Transaction,
  secrets: Secrets,
  at: Date,
): Promise<{ readonly requeued: readonly Queued[]; readonly resumed: readonly Running[] }> {
  const { tx } = transaction;
  await lock(tx, "claim");
  const cancelled = await tx
    .update(deployments)
    .set({ status: "stopped", reason: "cancelled", finishedAt: at })
    .where(and(eq(deployments.status, "building"), isNotNull(deployments.cancelRequestedAt)))
    .returning({ id: deployments.id, status: deployments.status, reason: deployments.reason });
  const requeued = await tx
    .update(deployments)
    .set({ status: "queued", startedAt: null })
    .where(eq(deployments.status, "building"))
    .returning();
  for (const deployment of [...cancelled, ...requeued]) await writeStatusEvent(transaction, deployment, at);

  const resumed = await tx
    .update(deployments)
    .set({ attempt: sql`${deployments.attempt} + 1` })
    .where(eq(deployments.status, "deploying"))
    .returning();
  const oldestFirst = (rows: DeploymentRow[]) =>
    rows.sort((a, b) => a.id - b.id).map((row) => deploymentOf(row, secrets));
  return { requeued: oldestFirst(requeued).filter(isQueued), resumed: oldestFirst(resumed).filter(isRunning) };
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
