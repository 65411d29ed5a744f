import { advance } from "../../model/deployment/deployment.ts";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";
import { newRow } from "../deployments/deployment-row.ts";
import { lockInstallation, newestNumber, queuedOf, supersede } from "../deployments/enqueue.ts";
import { eventsOfMove, statusEvent } from "../deployments/move.ts";
import type { Transaction } from "../postgres/database.ts";
import { deploymentEvents, deployments } from "../schema/deployments.ts";

export interface BurstRequest {
  readonly id: DeploymentId;
  readonly ref: string | null;
  readonly by: string;
}

/**
 * Queues a deployment for each request, as repeated calls of `enqueue` would: each supersedes the one before, so only
 * the last is still queued afterwards. It takes a few statements in total instead of some for each.
 */
export async function enqueueBurst(
  transaction: Transaction,
  installationId: InstallationId,
  requests: readonly BurstRequest[],
  at: Date,
): Promise<void> {
  const { tx } = transaction;
  await lockInstallation(tx, installationId);
  await supersede(transaction, installationId, at);
  const before = await newestNumber(tx, installationId);
  const written = requests.map(({ id, ref, by }, index) => {
    const request = { id, installationId, trigger: "webhook", by, ref, commit: null } as const;
    const asked = { ...request, sourceId: null, variables: "now", supersedes: true } as const;
    const queued = queuedOf(asked, before + index + 1, at);
    const isLast = index === requests.length - 1;
    const superseded = isLast ? null : advance(queued, { type: "superseded", at });
    const history = [statusEvent(queued), ...(superseded ? eventsOfMove(queued, superseded) : [])];
    return { deployment: superseded ?? queued, history };
  });
  await tx.insert(deployments).values(
    written.map(({ deployment, history }) => ({
      ...newRow(deployment),
      lastSeq: history.length,
      settled: history.some(({ type }) => type === "settled"),
    })),
  );
  await tx
    .insert(deploymentEvents)
    .values(
      written.flatMap(({ deployment, history }) =>
        history.map((body, index) => ({ deploymentId: deployment.id, seq: index + 1, at, type: body.type, body })),
      ),
    );
  for (const { id } of requests) transaction.announce(id);
}
