import { and, asc, eq, isNotNull, isNull, type SQL } from "drizzle-orm";
import { advance, type Deployment, isOver, specOf, type Transition } from "../../model/deployment/deployment.ts";
import type { EventBody } from "../../model/deployment/event.ts";
import type { Secrets } from "../keys/secrets.ts";
import type { Queries, Transaction } from "../postgres/database.ts";
import { deployments, installations } from "../schema/deployments.ts";
import { type DeploymentRow, deploymentOf, specColumn, stateColumns } from "./deployment-row.ts";
import { writeEvents } from "./events.ts";

/**
 * Resolves with null and writes nothing when the row is no longer in the state of `from`, or the transition is not
 * allowed.
 */
export async function move(
  transaction: Transaction,
  from: Deployment,
  transition: Transition,
  secrets: Secrets,
): Promise<Deployment | null> {
  const step = stepOf(from);
  const fence = and(
    eq(deployments.id, from.id),
    eq(deployments.status, from.status),
    eq(deployments.attempt, from.attempt),
    step === null ? isNull(deployments.step) : eq(deployments.step, step),
  );
  const [row] = await lockRows(transaction.tx, fence);
  return row ? moveRow(transaction, row, transition, secrets) : null;
}

/**
 * Locks rows until the commit, so that nobody else moves them. A row that was moved while this waited for the lock is
 * read as it is by then.
 */
export function lockRows(tx: Queries, condition: SQL | undefined): Promise<DeploymentRow[]> {
  return tx.select().from(deployments).where(condition).orderBy(asc(deployments.id)).for("no key update");
}

/** Moves a locked row. Resolves with null when the transition is not allowed. */
export async function moveRow(
  transaction: Transaction,
  row: DeploymentRow,
  transition: Transition,
  secrets: Secrets,
  at = "at" in transition ? transition.at : new Date(),
): Promise<Deployment | null> {
  const from = deploymentOf(row, secrets);
  const to = advance(from, transition);
  if (!to) return null;
  const isPlanned = to.status === "deploying" && to.spec !== specOf(from);
  const written = await writeMove(
    transaction,
    from,
    to,
    at,
    isPlanned ? specColumn(to.id, to.spec, await secrets.sealing(transaction.tx)) : {},
  );
  return deploymentOf(written, secrets);
}

/** Writes the result of `advance` to a locked row, with everything that belongs to the move. */
export async function writeMove(
  transaction: Transaction,
  from: Deployment,
  to: Deployment,
  at: Date,
  more: Partial<typeof deployments.$inferInsert> = {},
): Promise<DeploymentRow> {
  const [row] = await transaction.tx
    .update(deployments)
    .set({ ...stateColumns(to), ...more })
    .where(eq(deployments.id, to.id))
    .returning();
  if (!row) throw new Error(`Deployment ${to.id} disappeared while it was locked`);
  await moveLive(transaction, from, to);
  await writeMoveEvents(transaction, from, to, at);
  return row;
}

/**
 * Moves the installation along: to the new version at the cut-over, and back when the version fails in the watch
 * window.
 */
async function moveLive({ tx }: Transaction, from: Deployment, to: Deployment): Promise<void> {
  const installation = eq(installations.id, to.installationId);
  const whileItIsLive = and(installation, eq(installations.liveDeploymentId, to.id));

  if (stepOf(from) === "cut-over" && stepOf(to) === "watch") {
    await tx.update(installations).set({ liveDeploymentId: to.id, stopped: false }).where(installation);
  } else if (from.status === "ready" && to.status === "stopped") {
    await tx.update(installations).set({ liveDeploymentId: null, stopped: true }).where(whileItIsLive);
  } else if (from.status === "deploying" && from.step === "watch" && to.status === "failed") {
    // Nothing was replaced. If a version was ever ready, it was stopped by hand before this one came.
    const stopped = from.replacedId === null && (await everReady(tx, to.installationId));
    await tx.update(installations).set({ liveDeploymentId: from.replacedId, stopped }).where(whileItIsLive);
  }
}

async function everReady(tx: Queries, installation: DeploymentRow["installationId"]): Promise<boolean> {
  const ready = and(eq(deployments.installationId, installation), isNotNull(deployments.readyAt));
  return (await tx.$count(deployments, ready)) > 0;
}

/** Writes every change of status as an event in the same transaction. */
async function writeMoveEvents(transaction: Transaction, from: Deployment, to: Deployment, at: Date): Promise<void> {
  const bodies = eventsOfMove(from, to);
  if (bodies.length > 0) await writeEvents(transaction, to.id, bodies, at);
  else transaction.announce(to.id);
}

export function eventsOfMove(from: Deployment, to: Deployment): readonly EventBody[] {
  if (from.status === to.status) return [];
  // A deployment that ended in the queue has left nothing to clean up, so its end settles it.
  const isSettled = from.status === "queued" && isOver(to.status);
  return isSettled ? [statusEvent(to), { type: "settled" }] : [statusEvent(to)];
}

export function statusEvent(deployment: Deployment): EventBody {
  const reason = deployment.status === "stopped" ? deployment.reason : null;
  return { type: "status", status: deployment.status, reason };
}

const stepOf = (deployment: Deployment) => (deployment.status === "deploying" ? deployment.step : null);
