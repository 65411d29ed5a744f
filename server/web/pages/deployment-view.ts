import type { DeploymentView } from "../../../views/deployment-page.tsx";
import type { Mood } from "../../../views/frame.ts";
import type { Deployment } from "../../model/deployment.ts";
import type { DeploymentEvent } from "../../model/event.ts";
import type { DeploymentId } from "../../model/ids.ts";
import type { Store } from "../../ports/store.ts";
import type { Place } from "../catalog.ts";
import type { WebNeeds } from "../needs.ts";
import { urlsOf } from "../service-states.ts";
import { waitingText } from "./activity.ts";
import { canRedeploy, tookText } from "./deployment-rows.ts";
import { drainingText, noProgress, type Progress, progressAfter, stepViews } from "./progress.ts";

const pageSize = 1_000;

/** All that has happened so far, and how far that is. `until`: no further than this event. */
export async function readProgress(
  store: Store,
  id: DeploymentId,
  until = Number.POSITIVE_INFINITY,
): Promise<{ readonly progress: Progress; readonly events: readonly DeploymentEvent[] }> {
  const events: DeploymentEvent[] = [];
  for (let after = 0; after < until; ) {
    const page = await store.events.read(id, after, Math.min(pageSize, until - after));
    events.push(...page);
    const last = page.at(-1);
    if (!last || page.length < pageSize) break;
    after = last.seq;
  }
  return { events, progress: events.reduce(progressAfter, noProgress) };
}

/** A deployment as its page shows it. */
export async function deploymentView(
  needs: WebNeeds,
  deployment: Deployment,
  { product, installation }: Place,
  progress: Progress,
): Promise<DeploymentView & { readonly word: string }> {
  const { store } = needs;
  const live = installation.liveDeploymentId === deployment.id;
  const isQueued = deployment.status === "queued";
  const other =
    installation.liveDeploymentId === null || live ? null : await store.deployments.get(installation.liveDeploymentId);
  return {
    slug: product.slug,
    deployment,
    live,
    word: words[deployment.status],
    mood: moods[deployment.status],
    steps: stepViews({ ...progress, outcome: outcomeOf(deployment) }),
    sentence: isQueued
      ? waitingText(await store.deployments.queue(), needs.maxBuilding, deployment.id)
      : progress.sentence,
    took: tookText(deployment),
    stacks: progress.stacks,
    urls: urlsOf(deployment, needs),
    draining: drainingText(progress),
    meanwhile: meanwhileText(deployment, other),
    canCancel: isQueued || deployment.status === "building" || isStarting(deployment),
    canRedeploy: canRedeploy(deployment),
  };
}

/** The row knows, also where its events end too early. */
function outcomeOf({ status }: Deployment): Progress["outcome"] {
  return status === "ready" || status === "failed" || status === "stopped" ? status : null;
}

function isStarting(deployment: Deployment): boolean {
  return deployment.status === "deploying" && deployment.step === "start";
}

/** What serves while this one does not. */
function meanwhileText(deployment: Deployment, live: Deployment | null): string {
  if (live)
    return live.number < deployment.number ? `#${live.number} is live, as before.` : `#${live.number} is live now.`;
  if (deployment.status === "stopped" && deployment.readyAt) return "Nothing runs until the next deployment.";
  return "Nothing is live: there was no version before it.";
}

const moods: Readonly<Record<Deployment["status"], Mood>> = {
  queued: "busy",
  building: "busy",
  deploying: "busy",
  ready: "ready",
  failed: "failed",
  stopped: "idle",
};

const words: Readonly<Record<Deployment["status"], string>> = {
  queued: "Queued",
  building: "Building",
  deploying: "Deploying",
  ready: "Ready",
  failed: "Failed",
  stopped: "Stopped",
};
