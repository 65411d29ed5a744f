import type { Deploying, Ready, Running } from "../model/deployment/deployment.ts";
import type { DeploymentId, InstallationId } from "../model/names/ids.ts";
import type { Log } from "../ports/log.ts";
import { interruptions } from "../rules/rollout/stateful.ts";
import { durationText } from "../rules/wording/duration-text.ts";
import { interruptionText } from "../rules/wording/interruption-text.ts";
import { redactError } from "../rules/wording/redact-error.ts";
import { leasePorts } from "./containers/lease-ports.ts";
import type { RunningService } from "./containers/running-service.ts";
import type { DeploymentContext, PipelineContext } from "./context/context.ts";
import { openContext } from "./context/open-context.ts";
import { cutOver } from "./cut-over.ts";
import { DeploymentFailed, Suspended } from "./deployment-failed.ts";
import { endDeployment } from "./end-deployment.ts";
import { createJournal } from "./record/journal.ts";
import { liveBefore } from "./record/live-before.ts";
import { moveTo } from "./record/move-to.ts";
import { untilStored } from "./record/until-stored.ts";
import { announceHosts, settleHosts } from "./routing/hosts.ts";
import { findServices, startServices } from "./start.ts";
import { makeVersion } from "./version.ts";
import { watchServices } from "./watch.ts";
import { withDocker } from "./with-docker.ts";

const lastFlushMs = 5_000;

export interface Pipeline {
  /**
   * Takes a claimed (or, after a restart, resumed) deployment to its end. Never rejects: the outcome is written to the
   * deployment. The signal is aborted with Cancelled (undo everything) or Suspended (leave everything as it is).
   */
  run(deployment: Running, signal: AbortSignal): Promise<void>;
}

export function createPipeline(
  pipeline: PipelineContext,
  needs: {
    readonly log: Log;
    /** Called when the deployment is over: the installation may have something to drain and remove. */
    readonly onOver: (installation: InstallationId, deployment: DeploymentId) => void;
  },
): Pipeline {
  const { store, clock } = pipeline;
  const { log } = needs;
  return {
    async run(deployment, signal) {
      const journal = createJournal({
        deployment: deployment.id,
        events: store.events,
        clock,
        onTrouble: (error) =>
          log.warn(
            { err: error, deployment: deployment.id },
            "writing the deployment's log failed; it will be retried",
          ),
      });
      try {
        const opening = () => openContext(pipeline, deployment, journal, signal);
        await deploy(await untilStored(clock, signal, opening), log);
      } catch (error) {
        // It was suspended before it began, or cleaning up failed: the next start or the reconciler continues from the
        // row.
        if (!(error instanceof Suspended))
          log.error(
            { err: redactError(error, journal.redact), deployment: deployment.id },
            "left the deployment as it is",
          );
      } finally {
        await journal.flush(clock.timeout(lastFlushMs));
        journal.close();
        needs.onOver(deployment.installationId, deployment.id);
      }
    },
  };
}

/** The steps of a deployment, in order. Each skips what an earlier attempt has done. */
async function deploy(context: DeploymentContext, log: Log): Promise<void> {
  const { deployment, networkAhead, failpoint } = context;
  try {
    await failpoint("claimed");
    const built = await build(context, deployment);
    const checked = await startAndCheck(context, built);
    const live = await switchTraffic(context, checked);
    await watch(context, live);
    await failpoint("ready");
  } catch (error) {
    await networkAhead.settled();
    await endDeployment(context, error, log);
  }
}

async function build(context: DeploymentContext, deployment: Running): Promise<Deploying> {
  if (deployment.status !== "building") return deployment;
  const spec = await withDocker(context, () => makeVersion(context, deployment));
  await context.failpoint("built");
  const [built] = await Promise.all([
    moveTo(context, deployment, { type: "built", spec }),
    // Nobody else has what it leases, whatever becomes of the move.
    leasePorts(context, spec),
  ]);
  return built;
}

/** A deployment whose containers this attempt has just checked, or one that continues after an earlier attempt. */
interface Checked {
  readonly deployment: Deploying;
  readonly services: readonly RunningService[] | null;
}

async function startAndCheck(context: DeploymentContext, deployment: Deploying): Promise<Checked> {
  if (deployment.step !== "start") return { deployment, services: null };
  const { journal, progress, networkAhead, failpoint } = context;
  const { spec } = deployment;
  const [live] = await Promise.all([liveBefore(context, deployment), networkAhead.settled()]);
  progress.list(spec.stacks);
  for (const interruption of interruptions(spec, live, deployment.fresh)) journal.note(interruptionText(interruption));
  const started = await withDocker(context, () => startServices(context, spec, live), { after: "going on" });
  await failpoint("checked");
  await announceHosts(context, started.spec, live);
  const checked = await moveTo(context, deployment, { type: "checked", spec: started.spec });
  return { deployment: checked, services: started.services };
}

async function switchTraffic(context: DeploymentContext, { deployment, services: known }: Checked): Promise<Deploying> {
  if (deployment.step !== "cut-over") return deployment;
  const { spec } = deployment;
  let isFirstTry = true;
  const switching = async () => {
    const running = isFirstTry ? known : null;
    isFirstTry = false;
    const services =
      running ??
      (await findServices(context, spec)) ??
      (await startServices(context, spec, await liveBefore(context, deployment))).services;
    return cutOver(context, deployment, services);
  };
  return withDocker(context, switching, { after: "going on" });
}

async function watch(context: DeploymentContext, deployment: Deploying): Promise<Ready> {
  if (deployment.step !== "watch") throw new Error(`deployment ${deployment.id} is not live, so it cannot be watched`);
  const { journal, progress, clock, signal } = context;
  const watching = async () => {
    const services = await findServices(context, deployment.spec);
    if (!services) {
      throw new DeploymentFailed({ stage: "watch", message: "a container of the new version disappeared", hint: null });
    }
    await checkTraffic(context, deployment);
    progress.enterAll("Draining");
    await watchServices(context, deployment, services);
  };
  await withDocker(context, watching, { after: "going on" });
  await settleHosts(context, deployment.spec);
  await movePushedBranch(context, deployment);
  // Followers of a deployment stop listening at its end, so this is written before the end is recorded.
  progress.finish();
  journal.note(`Stable after ${durationText(clock.now().getTime() - deployment.liveAt.getTime())}`);
  await journal.flush(signal);
  return moveTo(context, deployment, { type: "held", at: clock.now() });
}

/** When an earlier attempt has switched the traffic back, the version has failed already. */
async function checkTraffic({ proxy, installation }: DeploymentContext, { id, spec }: Deploying): Promise<void> {
  if (spec.routes.length === 0 || (await proxy.current(installation.id)) === id) return;
  throw new DeploymentFailed({
    stage: "watch",
    message: "it failed during the watch window, and the server stopped before the failure was recorded",
    hint: "Traffic was back on the previous version by then. See Baton's log for more.",
  });
}

/**
 * The branch names the live version, so the deployment moves it, not the push. It moves before the end is recorded: the
 * next push may begin right then, and is compared with the branch.
 */
async function movePushedBranch({ git, product }: DeploymentContext, { trigger, ref, spec }: Deploying): Promise<void> {
  if (trigger !== "push" || ref === null) return;
  await git.moveBranch(product.id, ref, spec.commit);
}
