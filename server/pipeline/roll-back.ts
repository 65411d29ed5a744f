import type { Deployment, Failure, Running, Served } from "../model/deployment/deployment.ts";
import { withCause } from "../rules/diagnosis/cause-line.ts";
import { lastLogLines } from "./containers/evidence.ts";
import { removeDeployment } from "./containers/remove.ts";
import { liveBefore, restartReplaced } from "./containers/stop-replaced.ts";
import type { DeploymentContext, PipelineContext } from "./context.ts";
import { switchBack } from "./cut-over.ts";
import { moveTo } from "./record/move-to.ts";
import { withdrawHosts } from "./routing/hosts.ts";

/** Cleaning up may not wait for ever: what is left is found by the reconciler. */
const cleanUpTimeoutMs = 60_000;
/** The end must get on record, also when the database takes its time. */
const recordTimeoutMs = 600_000;

export type Outcome = { readonly type: "failed"; readonly failure: Failure } | { readonly type: "cancelled" };

/**
 * The way out of a deployment that is not to be: traffic back where it was, the last words of the new containers
 * saved, the containers gone, and only then the end on record.
 */
export async function rollBack(
  world: PipelineContext,
  work: DeploymentContext,
  deployment: Running,
  end: Outcome,
): Promise<Deployment> {
  const cleanUp: DeploymentContext = { ...work, signal: world.clock.timeout(cleanUpTimeoutMs) };
  const { journal } = work;
  const before = deployment.status === "deploying" ? await liveBefore(world, cleanUp) : null;
  let served: Served | null = null;
  if (deployment.status === "deploying") {
    served = await switchBack(world, cleanUp, deployment.step === "watch" ? deployment.liveAt : null);
    if (end.type === "failed") await asFarAsPossible(work, saveLastWords(world, cleanUp));
  }
  await asFarAsPossible(work, removeDeployment(world, deployment.id, cleanUp.signal, { graceMs: 0 }));
  if (before) {
    await asFarAsPossible(work, restartReplaced(world, cleanUp, before));
    if (deployment.status === "deploying") {
      await asFarAsPossible(work, withdrawHosts(world, cleanUp, deployment.spec, before));
    }
  }
  const failure =
    end.type === "failed" ? withCause(journal.withoutSecrets({ ...end.failure, ...(served && { served }) })) : null;
  if (failure) work.progress.fail(failure.service, failure.message);
  else work.progress.fail(null, "cancelled");
  if (failure) journal.event({ type: "failure", failure });
  await journal.flush(cleanUp.signal);

  const at = world.clock.now();
  const transition = failure ? ({ type: "failed", at, failure } as const) : ({ type: "cancelled", at } as const);
  return moveTo(world, { signal: world.clock.timeout(recordTimeoutMs) }, deployment, transition);
}

/** An engine that does not answer must not keep a deployment from ending: the reconciler removes what is left. */
async function asFarAsPossible(work: DeploymentContext, cleaning: Promise<void>): Promise<void> {
  await cleaning.catch((error: unknown) => {
    work.journal.warn(
      `Cleaning up failed and will be retried: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
}

async function saveLastWords(world: PipelineContext, work: DeploymentContext): Promise<void> {
  for (const container of await world.engine.listContainers({ deployment: work.deployment.id }, work.signal)) {
    const lines = await lastLogLines(world, { container: container.id });
    if (lines.length > 0) work.journal.note(`Last output of ${container.service}:`);
    for (const line of lines) work.journal.log("container", container.service, line);
    work.journal.endOfOutput("container", container.service);
  }
}
