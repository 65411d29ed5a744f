import type { Deployment, Failure, Running, Served } from "../model/deployment/deployment.ts";
import { withCause } from "../rules/diagnosis/cause-line.ts";
import { replicaName } from "../rules/rollout/replicas.ts";
import { failedOfFullDisk, fullDiskHint } from "../rules/space/full-disk.ts";
import { lastLogLines } from "./containers/evidence.ts";
import { removeDeployment } from "./containers/remove.ts";
import { restartReplaced } from "./containers/stop-replaced.ts";
import type { DeploymentContext } from "./context/context.ts";
import { makeRoom } from "./context/require-space.ts";
import { switchBack } from "./cut-over.ts";
import { undoDataChange } from "./data/go-back.ts";
import { dropBroken } from "./data/own-backup.ts";
import type { Journal } from "./record/journal.ts";
import { liveBefore } from "./record/live-before.ts";
import { moveTo } from "./record/move-to.ts";
import { letRequestsThrough, withdrawHosts } from "./routing/hosts.ts";

/** Cleaning up must not wait forever; the reconciler finds what is left. */
const cleanUpTimeoutMs = 60_000;
/** The outcome must be recorded, even when the database takes its time. */
const recordTimeoutMs = 600_000;

export type RollBackCause = { readonly type: "failed"; readonly failure: Failure } | { readonly type: "cancelled" };

/**
 * Undoes a deployment: switches the traffic back, saves the last output of the new containers and removes them, and
 * only then records the outcome.
 */
export async function rollBack(
  context: DeploymentContext,
  deployment: Running,
  outcome: RollBackCause,
): Promise<Deployment> {
  const { clock, journal } = context;
  const cleanUp: DeploymentContext = { ...context, signal: clock.timeout(cleanUpTimeoutMs) };
  const asFarAsPossible = (cleaning: Promise<void>) => warnWhenItFails(journal, cleaning);
  const before = deployment.status === "deploying" ? await liveBefore(cleanUp) : null;
  let served: Served | null = null;
  if (deployment.status === "deploying") {
    served = await switchBack(cleanUp, deployment.step === "watch" ? deployment.liveAt : null);
    if (outcome.type === "failed") await asFarAsPossible(saveLastOutput(cleanUp));
  }
  await asFarAsPossible(removeDeployment(cleanUp, deployment.id, { graceMs: 0 }));
  await asFarAsPossible(dropBroken(cleanUp).then(() => {}));
  let data: string | null = null;
  if (before) {
    const undoing = async () => {
      data = await undoDataChange(cleanUp, before);
    };
    if (deployment.dataBefore !== null) await asFarAsPossible(undoing());
    // Undoing may have taken long.
    const restarting: DeploymentContext = { ...context, signal: clock.timeout(cleanUpTimeoutMs) };
    await asFarAsPossible(restartReplaced(restarting, before));
    if (deployment.status === "deploying") await asFarAsPossible(withdrawHosts(restarting, deployment.spec, before));
    if (deployment.dataBefore !== null) await asFarAsPossible(letRequestsThrough(restarting, before));
  }
  const failed = outcome.type === "failed" ? await withRoomMade(context, outcome.failure) : null;
  const failure = failed && failureOf(context, failed, { served, data });
  reportOutcome(context, failure);
  await journal.flush(cleanUp.signal);

  const at = clock.now();
  const transition = failure ? ({ type: "failed", at, failure } as const) : ({ type: "cancelled", at } as const);
  return moveTo({ ...context, signal: clock.timeout(recordTimeoutMs) }, deployment, transition);
}

/** On a full disk the next deployment would fail, too. Nothing of this one is left that could wait for room. */
async function withRoomMade(context: DeploymentContext, failure: Failure): Promise<Failure> {
  if (!failedOfFullDisk(failure)) return failure;
  return { ...failure, hint: fullDiskHint(await makeRoom(context, context.clock.timeout(cleanUpTimeoutMs))) };
}

/** With what became of traffic and data. */
function failureOf(
  { journal }: DeploymentContext,
  failure: Failure,
  { served, data }: { readonly served: Served | null; readonly data: string | null },
): Failure {
  const hint = [failure.hint, data].filter((text) => text !== null).join(" ") || null;
  return withCause(journal.withoutSecrets({ ...failure, hint, ...(served && { served }) }));
}

function reportOutcome({ progress, journal }: DeploymentContext, failure: Failure | null): void {
  progress.fail(failure?.service ?? null, failure?.message ?? "cancelled");
  if (failure) journal.event({ type: "failure", failure });
}

/** An engine that does not answer must not keep a deployment from ending: the reconciler removes what is left. */
async function warnWhenItFails(journal: Journal, cleaning: Promise<void>): Promise<void> {
  await cleaning.catch((error: unknown) => {
    journal.warn(`Cleaning up failed and will be retried: ${error instanceof Error ? error.message : String(error)}`);
  });
}

async function saveLastOutput(context: DeploymentContext): Promise<void> {
  const { engine, journal, deployment, signal } = context;
  for (const container of await engine.listContainers({ deployment: deployment.id }, signal)) {
    const lines = await lastLogLines(context, container.id);
    if (lines.length > 0) journal.note(`Last output of ${replicaName(container.service, container.replica, 1)}:`);
    for (const line of lines) journal.log("container", container.service, line);
    journal.endOfOutput("container", container.service);
  }
}
