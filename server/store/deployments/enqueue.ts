import { and, desc, eq, inArray, isNull, max, sql } from "drizzle-orm";
import { advance, type Queued } from "../../model/deployment/deployment.ts";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";
import type { DeploymentRequest } from "../../ports/store/deployments.ts";
import type { Queries, Transaction } from "../postgres/database.ts";
import { deployments, installations } from "../schema/deployments.ts";
import { products } from "../schema/products.ts";
import { identityOf, newRow, undecidedStatuses } from "./deployment-row.ts";
import { writeEvents } from "./events.ts";
import { lockRows, statusEvent, writeMove } from "./move.ts";

/** Records the intent to deploy: writes a numbered, queued deployment and ends those that it supersedes. */
export async function enqueue(
  transaction: Transaction,
  request: DeploymentRequest & { readonly id: DeploymentId },
  at: Date,
): Promise<{ readonly deployment: Queued; readonly superseded: readonly DeploymentId[] } | "changed"> {
  const { tx } = transaction;
  const { id, installationId } = request;

  // Enqueues for one installation run one after the other, which keeps the numbers without gaps.
  await lockInstallation(tx, installationId);
  if (request.newestUndecidedPush !== undefined) {
    if ((await newestUndecidedPush(tx, installationId)) !== request.newestUndecidedPush) return "changed";
  }
  const superseded = request.supersedes ? await supersede(transaction, installationId, at) : [];

  const deployment = queuedOf(request, (await newestNumber(tx, installationId)) + 1, at);
  await tx.insert(deployments).values(newRow(deployment));
  await writeEvents(transaction, id, [statusEvent(deployment)], at);
  return { deployment, superseded };
}

export function queuedOf(
  request: DeploymentRequest & { readonly id: DeploymentId },
  number: number,
  createdAt: Date,
): Queued {
  const { id, installationId, trigger, by, ref, commit, sourceId, variables } = request;
  const { dataBefore = null, fresh = false, sessionId = null } = request;
  return {
    ...{ id, installationId, number, status: "queued", trigger, by, ref, commit, sourceId, variables },
    ...{ dataBefore, fresh, sessionId, attempt: 0, createdAt },
  };
}

export async function lockInstallation(tx: Queries, id: InstallationId): Promise<void> {
  const locked = await tx
    .select({ productId: installations.productId, deletedAt: installations.deletedAt })
    .from(installations)
    .where(eq(installations.id, id))
    .for("no key update");
  // A separate statement, so that it sees what was committed while the first one waited for the lock, such as a
  // deletion.
  const kept = await tx
    .select({ id: products.id })
    .from(products)
    .where(
      and(
        inArray(
          products.id,
          locked.flatMap(({ productId, deletedAt }) => (deletedAt === null ? [productId] : [])),
        ),
        isNull(products.deletedAt),
      ),
    );
  if (kept.length === 0) throw new Error(`Installation ${id} does not exist: nothing can be deployed to it`);
}

async function newestUndecidedPush(tx: Queries, installation: InstallationId): Promise<DeploymentId | null> {
  const [newest] = await tx
    .select({ id: deployments.id })
    .from(deployments)
    .where(
      and(
        eq(deployments.installationId, installation),
        eq(deployments.trigger, "push"),
        inArray(deployments.status, undecidedStatuses),
      ),
    )
    .orderBy(desc(deployments.number))
    .limit(1);
  return newest?.id ?? null;
}

/** Resolves with the ids of the superseded deployments, oldest first. */
export async function supersede(
  transaction: Transaction,
  installation: InstallationId,
  at: Date,
): Promise<DeploymentId[]> {
  const queued = and(eq(deployments.installationId, installation), eq(deployments.status, "queued"));
  const superseded: DeploymentId[] = [];
  for (const row of await lockRows(transaction.tx, queued)) {
    const from: Queued = { ...identityOf(row), status: "queued" };
    const to = advance(from, { type: "superseded", at });
    if (!to) continue;
    await writeMove(transaction, from, to, at);
    superseded.push(to.id);
  }
  return superseded;
}

export async function newestNumber(tx: Queries, installation: InstallationId): Promise<number> {
  const [last] = await tx
    .select({ number: max(deployments.number) })
    .from(deployments)
    .where(eq(deployments.installationId, installation));
  return last?.number ?? 0;
}

export async function reserveId(queries: Queries): Promise<DeploymentId> {
  const [id] = await reserveIds(queries, "deployments", 1);
  return id as DeploymentId;
}

/** Takes ids from a table's sequence. A reserved id that stays unused leaves a gap, which does no harm. */
export async function reserveIds(
  queries: Queries,
  table: "deployments" | "webhook_deliveries",
  count: number,
): Promise<readonly number[]> {
  if (count === 0) return [];
  const rows = await queries.execute<{ id: string }>(
    sql`select nextval(pg_get_serial_sequence(${table}, 'id')) as id from generate_series(1, ${count})`,
  );
  return rows.map(({ id }) => Number(id));
}
