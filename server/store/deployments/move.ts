import { and, eq, isNotNull, isNull } from "drizzle-orm";
import type { Deployment } from "../../model/deployment/deployment.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import type { Secrets } from "../access/secrets.ts";
import type { Queries, Transaction } from "../postgres/database.ts";
import { deployments, installations } from "../schema/deployments.ts";
import { type DeploymentRow, specColumn, stateColumns } from "./deployment-row.ts";
import { writeStatusEvent } from "./events.ts";

/**
 * One guarded update and what belongs to it. Null, and nothing is written: the row is no longer in the state of `from`,
 * or the cut-over was to be decided and somebody had asked to cancel before.
 */
export async function move(
  transaction: Transaction,
  from: Deployment,
  to: Deployment,
  secrets: Secrets,
): Promise<DeploymentRow | null> {
  const fromStep = stepOf(from);
  const decidesCutOver = fromStep === "start" && stepOf(to) === "cut-over";
  const setsSpec = to.status === "deploying" && (from.status === "building" || decidesCutOver);
  const [row] = await transaction.tx
    .update(deployments)
    .set({ ...stateColumns(to), ...(setsSpec ? specColumn(from.id, to.spec, secrets) : {}) })
    .where(
      and(
        eq(deployments.id, from.id),
        eq(deployments.status, from.status),
        eq(deployments.attempt, from.attempt),
        fromStep === null ? isNull(deployments.step) : eq(deployments.step, fromStep),
        decidesCutOver ? isNull(deployments.cancelRequestedAt) : undefined,
      ),
    )
    .returning();
  if (!row) return null;

  await moveLive(transaction, from, to);
  if (to.status !== from.status) await writeStatusEvent(transaction, row, momentOf(to));
  else transaction.announce(row.id);
  return row;
}

/** The installation follows: to the new version at the switch, and back when that fails in the watch window. */
async function moveLive({ tx }: Transaction, from: Deployment, to: Deployment): Promise<void> {
  const installation = eq(installations.id, to.installationId);
  const whileItIsLive = and(installation, eq(installations.liveDeploymentId, to.id));

  if (stepOf(from) === "cut-over" && stepOf(to) === "watch") {
    await tx.update(installations).set({ liveDeploymentId: to.id, stopped: false }).where(installation);
  } else if (from.status === "ready" && to.status === "stopped") {
    await tx.update(installations).set({ liveDeploymentId: null, stopped: true }).where(whileItIsLive);
  } else if (from.status === "deploying" && from.step === "watch" && to.status === "failed") {
    // With nothing to go back to: if a version was ever ready, it was stopped by hand before this one came.
    const stopped = from.replacedId === null && (await everReady(tx, to.installationId));
    await tx.update(installations).set({ liveDeploymentId: from.replacedId, stopped }).where(whileItIsLive);
  }
}

async function everReady(tx: Queries, installation: InstallationId): Promise<boolean> {
  const ready = and(eq(deployments.installationId, installation), isNotNull(deployments.readyAt));
  return (await tx.$count(deployments, ready)) > 0;
}

const stepOf = (deployment: Deployment) => (deployment.status === "deploying" ? deployment.step : null);

function momentOf(deployment: Deployment): Date {
  switch (deployment.status) {
    case "building":
      return deployment.startedAt;
    case "ready":
      return deployment.readyAt;
    case "failed":
    case "stopped":
      return deployment.finishedAt;
    case "queued":
    case "deploying":
      return new Date();
  }
}
