import type { Activity } from "../../../../views/system/activity-line.tsx";
import { failureSentence } from "../../../../views/ui/sentence.tsx";
import type { Deployment } from "../../../model/deployment/deployment.ts";
import type { StackProgress } from "../../../model/deployment/event.ts";
import type { DeploymentId, InstallationId } from "../../../model/names/ids.ts";
import type { ReadStore } from "../../../ports/store/read-store.ts";
import { whyWaiting } from "../../../rules/rollout/why-waiting.ts";
import { elapsedText } from "../../../rules/wording/duration-text.ts";
import { isDismissed } from "../../read/dismissed.ts";

type Queue = Awaited<ReturnType<ReadStore["deployments"]["queue"]>>;

/**
 * The current activity of an installation: the running deployment, else a waiting one, else the newest one if it
 * failed.
 */
export async function activityOf(
  { store, maxBuilding }: { readonly store: ReadStore; readonly maxBuilding: number },
  queue: Queue,
  installation: InstallationId,
  newest: Deployment | null,
): Promise<Activity | null> {
  const running = queue.running.find(({ installationId }) => installationId === installation);
  if (running) {
    const stacks = await store.events.stacks(running.id);
    return { deployment: running, tone: "busy", text: runningText(running, stacks), percent: percentOf(stacks) };
  }
  const waiting = queue.queued.find(({ installationId }) => installationId === installation);
  if (waiting) {
    return { deployment: waiting, tone: "wait", text: waitingText(queue, maxBuilding, waiting.id), percent: null };
  }
  if (newest?.status !== "failed" || (await isDismissed(store, newest))) return null;
  return { deployment: newest, tone: "bad", text: failureSentence(newest.failure), percent: null };
}

export function waitingText(queue: Queue, maxBuilding: number, id: DeploymentId): string {
  const waiting = whyWaiting(queue, maxBuilding, id);
  return waiting ? `Position ${waiting.position} in the queue: waiting for ${waiting.waitingFor}` : "Queued";
}

function runningText(running: Queue["running"][number], stacks: readonly StackProgress[]): string {
  if (running.status === "deploying" && running.step !== "start") {
    if (running.step !== "watch") return "Switching traffic";
    return `Live after ${elapsedText(running.liveAt.getTime() - running.startedAt.getTime())}, still being watched`;
  }
  const busy = stacks.find(({ status }) => status === "deploying" || status === "removing");
  if (busy?.phase) return busy.currentService ? `${busy.phase}: ${busy.currentService}` : busy.phase;
  return running.status === "building" ? "Building" : "Starting and checking the new version";
}

function percentOf(stacks: readonly StackProgress[]): number | null {
  if (stacks.length === 0) return null;
  return Math.round(stacks.reduce((sum, { percent }) => sum + percent, 0) / stacks.length);
}
