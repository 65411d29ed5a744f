import { eq } from "drizzle-orm";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { Secrets } from "../keys/secrets.ts";
import type { Transaction } from "../postgres/database.ts";
import { deployments } from "../schema/deployments.ts";
import { lockRows, moveRow } from "./move.ts";

/**
 * Records the intent to cancel. The row is locked for the decision, which orders it with every other move: a deployment
 * that was asked to stop is not cut over, and a request after the cut-over comes too late.
 */
export async function requestCancel(
  transaction: Transaction,
  id: DeploymentId,
  at: Date,
  secrets: Secrets,
  by?: string,
): Promise<"stopped" | "asked" | "too-late"> {
  const [row] = await lockRows(transaction.tx, eq(deployments.id, id));
  const moved = row && (await moveRow(transaction, row, { type: "cancel-requested", at, ...(by && { by }) }, secrets));
  if (!moved) return "too-late";
  return moved.status === "stopped" ? "stopped" : "asked";
}
