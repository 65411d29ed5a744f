import { eq } from "drizzle-orm";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { Transaction } from "../postgres/database.ts";
import { deployments } from "../schema/deployments.ts";
import { writeEndInQueue } from "./events.ts";

/**
 * Intent to cancel. The row is locked for the decision, so it falls on one side of every other move: the move to the
 * cut-over asserts that nobody has asked, and whoever asks after it is too late.
 */
export async function requestCancel(
  transaction: Transaction,
  id: DeploymentId,
  at: Date,
): Promise<"stopped" | "asked" | "too-late"> {
  const { tx } = transaction;
  const write = (columns: Partial<typeof deployments.$inferInsert>) =>
    tx.update(deployments).set(columns).where(eq(deployments.id, id));

  const [row] = await tx
    .select({ status: deployments.status, step: deployments.step, askedAt: deployments.cancelRequestedAt })
    .from(deployments)
    .where(eq(deployments.id, id))
    .for("no key update");

  if (row?.status === "queued") {
    await write({ status: "stopped", reason: "cancelled", finishedAt: at });
    await writeEndInQueue(transaction, id, "cancelled", at);
    return "stopped";
  }
  if (row?.status === "building" || row?.step === "start") {
    await write({ cancelRequestedAt: row.askedAt ?? at });
    transaction.announce(id);
    return "asked";
  }
  return "too-late";
}
