import type { DeploymentView } from "../../../../views/deployment/deployment-page.tsx";
import type { Mood } from "../../../../views/frame/frame.ts";
import { type Deployment, specOf } from "../../../model/deployment/deployment.ts";
import type { DeploymentEvent } from "../../../model/deployment/event.ts";
import type { DeploymentId, ProductId } from "../../../model/names/ids.ts";
import type { ReadStore } from "../../../ports/store/read-store.ts";
import { withoutOutput } from "../../../rules/access/hidden-output.ts";
import { causeIndex } from "../../../rules/diagnosis/cause-line.ts";
import { variableMissedBy } from "../../../rules/diagnosis/missing-variable.ts";
import { dataBackupText } from "../../../rules/wording/data-backup-text.ts";
import { servedText } from "../../../rules/wording/served-text.ts";
import type { WebAdapters } from "../../adapters.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { isDismissed } from "../../read/dismissed.ts";
import { urlsOf } from "../../read/running/service-states.ts";
import { eventPages } from "../../streams/follow-events.ts";
import { stackOverview } from "../product/stack-views.ts";
import { waitingText } from "../system/activity.ts";
import { changesBetween } from "./changes.ts";
import { canRedeploy, timingText } from "./deployment-rows.ts";
import { drainingText, noProgress, type Progress, progressAfter, stepViews } from "./progress.ts";
import { timelineView } from "./timeline-view.ts";

const maxVersionsBack = 50;
/** Past this time, the page is shown without the facts from git. */
const gitTimeoutMs = 5_000;

/**
 * Reads all events so far and the progress that they add up to, no further than the event `until`. `isHidden`: without
 * what services printed.
 */
export async function readProgress(
  store: ReadStore,
  id: DeploymentId,
  isHidden: boolean,
  until = Number.POSITIVE_INFINITY,
): Promise<{ readonly progress: Progress; readonly events: readonly DeploymentEvent[] }> {
  const events: DeploymentEvent[] = [];
  for await (const page of eventPages(store, id, { until })) {
    events.push(...(isHidden ? page.map(withoutOutput) : page));
  }
  return { events, progress: events.reduce(progressAfter, noProgress) };
}

/** A deployment as its page shows it. `asked` is the stack that the user chose. */
export async function deploymentView(
  needs: WebAdapters,
  deployment: Deployment,
  place: InstallationRef,
  progress: Progress,
  asked: string | null,
): Promise<DeploymentView & { readonly word: string }> {
  const { store } = needs;
  const { product, installation, environment } = place;
  const live = installation.liveDeploymentId === deployment.id;
  const isQueued = deployment.status === "queued";
  const other =
    installation.liveDeploymentId === null || live ? null : await store.deployments.get(installation.liveDeploymentId);
  const source = deployment.sourceId === null ? null : await store.deployments.get(deployment.sourceId);
  const specs = specOf(deployment)?.stacks ?? (source && specOf(source))?.stacks ?? [];
  return {
    slug: product.slug,
    repository: product.repository,
    environment: environment.name,
    deployment,
    source: source?.number ?? null,
    live,
    word: words[deployment.status],
    mood: moods[deployment.status],
    steps: stepViews({ ...progress, outcome: outcomeOf(deployment) }),
    sentence: isQueued
      ? waitingText(await store.deployments.queue(), needs.maxBuilding, deployment.id)
      : progress.sentence,
    timing: timingText(deployment),
    overview: stackOverview(deployment, progress, specs, asked),
    timeline: timelineView(progress),
    urls: urlsOf(deployment, needs),
    draining: drainingText(progress),
    dataBackup: progress.dataBackup ? dataBackupText(progress.dataBackup) : [],
    meanwhile: meanwhileOf(deployment, other, place),
    errorAt: deployment.status === "failed" ? causeIndex(deployment.failure.lastLines) : null,
    missedVariable: deployment.status === "failed" ? variableMissedBy(deployment.failure) : null,
    served: servedBy(deployment),
    sinceGood: deployment.status === "failed" ? await sinceGood(needs, deployment, product.id) : null,
    canCancel: isQueued || deployment.status === "building" || isStarting(deployment),
    canDismiss: await needsAttention(store, deployment),
    // What would be lost has to be asked again.
    canRetry: deployment.status === "failed" && deployment.commit !== null && deployment.dataBefore === null,
    canRedeploy: canRedeploy(deployment),
  };
}

/** How long users saw a version that failed; null if they never did, or if that is unknown. */
function servedBy(deployment: Deployment): string | null {
  if (deployment.status !== "failed" || !deployment.failure.served) return null;
  return servedText(deployment.number, deployment.failure.served);
}

/** The changes since the last good version at the time of the failure, which are the first place to look. */
async function sinceGood(
  { store, git }: WebAdapters,
  failed: Deployment,
  product: ProductId,
): Promise<DeploymentView["sinceGood"]> {
  const ready = await store.deployments.lastReady(failed.installationId, maxVersionsBack);
  const good = ready.find(({ number }) => number < failed.number);
  if (!good) return null;
  const signal = AbortSignal.timeout(gitTimeoutMs);
  return { number: good.number, changes: await changesBetween(git, product, good, failed, signal) };
}

/** The row knows the outcome even if the events are incomplete. */
function outcomeOf({ status }: Deployment): Progress["outcome"] {
  return status === "ready" || status === "failed" || status === "stopped" ? status : null;
}

function isStarting(deployment: Deployment): boolean {
  return deployment.status === "deploying" && deployment.step === "start";
}

/** What serves while this deployment does not. */
function meanwhileOf(
  deployment: Deployment,
  live: Deployment | null,
  { product, installation }: InstallationRef,
): DeploymentView["meanwhile"] {
  if (live) {
    const since = "liveAt" in live ? live.liveAt : null;
    const isBack = deployment.status === "failed" && deployment.failure.served?.backTo === live.number;
    const stays = isBack ? "live again" : "still live";
    return { text: `#${live.number} is ${live.number < deployment.number ? stays : "live now"}`, since };
  }
  if (installation.stopped) {
    return {
      text: `Nothing is live: ${product.slug} was stopped and starts again with its next deployment`,
      since: null,
    };
  }
  return { text: "Nothing is live yet: there was no earlier version", since: null };
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

/** Whether it is the newest deployment of its installation, has failed, and was not dismissed. */
async function needsAttention(store: ReadStore, { id, installationId, status }: Deployment): Promise<boolean> {
  if (status !== "failed") return false;
  const [newest] = await store.deployments.list({ installation: installationId, limit: 1 });
  return newest?.id === id && !(await isDismissed(store, newest));
}
