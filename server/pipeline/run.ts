import type { Deploying, Deployment, Failure, Ready, Running } from "../model/deployment/deployment.ts";
import { secretVariablesOf } from "../model/deployment/spec.ts";
import type { DeploymentId, InstallationId } from "../model/names/ids.ts";
import { EngineRefused, EngineUnavailable } from "../ports/engine.ts";
import type { Log } from "../ports/log.ts";
import { type Interruption, interruptions } from "../rules/rollout/stateful.ts";
import { durationText } from "../rules/wording/duration-text.ts";
import { liveBefore } from "./containers/stop-replaced.ts";
import type { DeploymentContext, PipelineContext } from "./context.ts";
import { cutOver } from "./cut-over.ts";
import { Cancelled, DeploymentFailed, Fenced, Suspended } from "./deployment-failed.ts";
import { createJournal, type Journal } from "./record/journal.ts";
import { moveTo } from "./record/move-to.ts";
import { createStackProgressRecorder } from "./record/stack-progress-recorder.ts";
import { untilStored } from "./record/until-stored.ts";
import { type Outcome, rollBack } from "./roll-back.ts";
import { announceHosts, settleHosts } from "./routing/hosts.ts";
import { findServices, startServices } from "./start.ts";
import { makeVersion } from "./version.ts";
import { watchServices } from "./watch.ts";
import { withDocker } from "./with-docker.ts";

type Watching = Deploying & { readonly step: "watch" };

export interface Pipeline {
  /**
   * Takes a claimed (or, after a restart, resumed) deployment to its end. Never rejects: whatever happens is written
   * to the deployment. The signal is aborted with Cancelled (undo everything) or Suspended (leave everything).
   */
  run(deployment: Running, signal: AbortSignal): Promise<void>;
}

export function createPipeline(
  world: PipelineContext,
  needs: {
    readonly log: Log;
    /** The deployment is over: the installation may have something to drain and remove. */
    readonly onOver: (installation: InstallationId, deployment: DeploymentId) => void;
  },
): Pipeline {
  const { log } = needs;
  return {
    async run(deployment, signal) {
      const journal = createJournal({
        deployment: deployment.id,
        events: world.store.events,
        clock: world.clock,
        onTrouble: (error) =>
          log.warn(
            { err: error, deployment: deployment.id },
            "writing the deployment's log failed; it will be retried",
          ),
      });
      try {
        const work = await untilStored(world.clock, signal, () => openContext(world, deployment, journal, signal));
        await deploy(world, work, log);
      } catch (error) {
        // Suspended before it began, or cleaning up failed: the next start or the reconciler goes on from the row.
        if (!(error instanceof Suspended))
          log.error({ err: error, deployment: deployment.id }, "left the deployment as it is");
      } finally {
        await journal.flush(world.clock.timeout(5_000));
        journal.close();
        needs.onOver(deployment.installationId, deployment.id);
      }
    },
  };
}

/** One deployment, from the images to the old version's leave. Each step finds what an earlier attempt did. */
async function deploy(world: PipelineContext, work: DeploymentContext, log: Log): Promise<void> {
  let deployment: Running = work.deployment;
  try {
    await world.failpoint("claimed");
    if (deployment.status === "building") {
      const building = deployment;
      const spec = await withDocker(world, work, () => makeVersion(world, work, building));
      await world.failpoint("built");
      deployment = await moveTo(world, work, deployment, { type: "built", spec });
    }
    deployment = await untilLive(world, work, deployment);
    await holdWatch(world, work, deployment);
    await world.failpoint("ready");
  } catch (error) {
    await endWith(world, work, error, log);
  }
}

/** Start, check and cut-over, as far as they have not been done. */
async function untilLive(world: PipelineContext, work: DeploymentContext, from: Deploying): Promise<Deploying> {
  let deployment = from;
  const { spec } = deployment;
  const live = await liveBefore(world, work);
  if (deployment.step === "start") {
    work.progress.list(spec.stacks);
    reportInterruptions(work, interruptions(spec, live, deployment.fresh));
    const started = await startServices(world, work, spec, live);
    await world.failpoint("checked");
    await announceHosts(world, work, started.spec, live);
    deployment = await moveTo(world, work, deployment, { type: "checked", spec: started.spec });
  }
  if (deployment.step === "cut-over") {
    const { spec } = deployment;
    const services = (await findServices(world, work, spec)) ?? (await startServices(world, work, spec, live)).services;
    deployment = await cutOver(world, work, deployment, services);
  }
  return deployment;
}

/** Before anything is touched, so that nobody wonders afterwards. */
function reportInterruptions({ journal }: DeploymentContext, interrupted: readonly Interruption[]): void {
  for (const { service, kind, why, isOver } of interrupted) {
    if (isOver) {
      journal.note(`${service} will be stopped: ${why}`);
      continue;
    }
    journal.note(
      kind === "web"
        ? `${service} cannot run twice: requests to it wait while it is replaced (${why})`
        : `${service} cannot run twice: it will be unavailable while it is replaced (${why})`,
    );
  }
}

async function holdWatch(world: PipelineContext, work: DeploymentContext, deployment: Deploying): Promise<Ready> {
  if (deployment.step !== "watch") throw new Error(`deployment ${deployment.id} is not live, so it cannot be watched`);
  const services = await findServices(world, work, deployment.spec);
  if (!services) {
    throw new DeploymentFailed({ stage: "watch", message: "a container of the new version disappeared", hint: null });
  }
  if (deployment.spec.routes.length > 0 && (await world.proxy.current(work.installation.id)) !== deployment.id) {
    throw new DeploymentFailed({
      stage: "watch",
      message: "it failed during the watch window, and the server stopped before the failure was recorded",
      hint: "Traffic was back on the previous version by then. See Baton's log for more.",
    });
  }
  work.progress.enterAll("Draining");
  await watchServices(world, work, deployment, services);
  await settleHosts(world, work, deployment.spec);
  await movePushedBranch(world, work, deployment);
  await reportReady(world, work, deployment);
  return moveTo(world, work, deployment, { type: "held", at: world.clock.now() });
}

/** Sent before the end is recorded, because followers of a deployment stop listening there. */
async function reportReady(world: PipelineContext, work: DeploymentContext, deployment: Watching): Promise<void> {
  const { journal, signal } = work;
  work.progress.finish();
  journal.note(`Stable after ${durationText(world.clock.now().getTime() - deployment.liveAt.getTime())}`);
  await journal.flush(signal);
}

/**
 * The branch says what is live: it is moved by the deployment, not by the push. Before the end is on record, because the
 * next push begins at that moment and is measured against the branch.
 */
async function movePushedBranch(world: PipelineContext, work: DeploymentContext, deployment: Deploying): Promise<void> {
  if (deployment.trigger !== "push" || deployment.ref === null) return;
  await world.git.moveBranch(work.product.id, deployment.ref, deployment.spec.commit);
}

async function endWith(world: PipelineContext, work: DeploymentContext, error: unknown, log: Log): Promise<void> {
  if (work.signal.aborted && work.signal.reason instanceof Suspended) return;
  const now = await untilStored(world.clock, world.clock.timeout(600_000), () =>
    world.store.deployments.get(work.deployment.id),
  );
  if (!now || !isMine(now, work)) return;
  if (isCancelled(error, work)) work.journal.note("Cancelled: undoing the changes");
  await rollBack(world, work, now, isCancelled(error, work) ? { type: "cancelled" } : explain(error, work, now, log));
}

/** A cancel that wins the race fences the move to the cut-over: that is a cancellation, too. */
function isCancelled(error: unknown, work: DeploymentContext): boolean {
  return error instanceof Fenced || (work.signal.aborted && work.signal.reason instanceof Cancelled);
}

function isMine(now: Deployment, work: DeploymentContext): now is Running {
  return (now.status === "building" || now.status === "deploying") && now.attempt === work.deployment.attempt;
}

function explain(error: unknown, work: DeploymentContext, now: Running, log: Log): Outcome {
  if (error instanceof DeploymentFailed) return { type: "failed", failure: error.failure };
  const stage = now.status === "building" ? "build" : now.step === "start" ? "start" : now.step;
  if (!(error instanceof EngineUnavailable))
    log.error({ err: error, deployment: work.deployment.id }, "a deployment failed unexpectedly");
  const { failure } = new DeploymentFailed({ stage, ...unexpected(error) });
  return { type: "failed", failure };
}

function unexpected(error: unknown): Pick<Failure, "message" | "hint"> {
  const words = error instanceof Error ? error.message : String(error);
  if (error instanceof EngineUnavailable) {
    return { message: `Docker is not responding: ${words}`, hint: "Start Docker again, then deploy again." };
  }
  if (error instanceof EngineRefused) {
    const hint = "This is Docker's own message; its log (journalctl -u docker) may say more. Deploying again may work.";
    return { message: `Docker refused: ${words}`, hint };
  }
  return {
    message: `Baton could not continue: ${words}`,
    hint: "This is probably a bug in Baton. Its log has the details; deploying again may work.",
  };
}

async function openContext(
  world: PipelineContext,
  deployment: Running,
  journal: Journal,
  signal: AbortSignal,
): Promise<DeploymentContext> {
  const { store } = world;
  const installed = await store.installations.installedProduct(deployment.installationId);
  if (!installed) throw new Error(`deployment ${deployment.id} belongs to nothing`);
  const { product, environment, installation } = installed;
  const progress = createStackProgressRecorder(journal, await store.events.stacks(deployment.id));
  if (deployment.status === "deploying") {
    progress.list(deployment.spec.stacks);
    journal.hide(secretVariablesOf(deployment.spec));
  }
  return { deployment, product, environment, installation, journal, progress, signal };
}
