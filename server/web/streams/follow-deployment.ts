import { type Deployment, isOver } from "../../model/deployment/deployment.ts";
import type { DeploymentEvent, EventBody } from "../../model/deployment/event.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";
import { StoreUnavailable } from "../../ports/store/store.ts";
import { followEvents } from "./follow-events.ts";

/** How often to check that a silent deployment still exists. */
const lookMs = 2_000;
const databasePauseMs = 1_000;

interface Adapters {
  readonly store: Pick<ReadStore, "events" | "deployments">;
  readonly clock: Clock;
}

export type StatusEvent = DeploymentEvent & Extract<EventBody, { type: "status" }>;

/** Whether this event ends the deployment. It is stored together with the status itself, after all earlier events. */
export function isLastStatus(event: DeploymentEvent): event is StatusEvent {
  return event.type === "status" && isOver(event.status);
}

/** Thrown when the product or environment is deleted while its deployment is being followed. */
export class DeploymentDeleted extends Error {
  override readonly name = "DeploymentDeleted";
  constructor() {
    super("the deployment was deleted");
  }
}

/**
 * Yields the events of a deployment after `after`, as they happen, until it is over. Returns the finished deployment.
 * Rejects with the signal's reason, or with DeploymentDeleted.
 */
export async function* followDeployment(
  adapters: Adapters,
  id: DeploymentId,
  signal: AbortSignal,
  after = 0,
): AsyncGenerator<DeploymentEvent, Deployment> {
  const wasOver = isOver((await existing(adapters, id)).status);
  for await (const news of followEvents(adapters, id, { after, idleMs: lookMs, signal })) {
    const events = news === "idle" ? [] : news;
    yield* events;
    const deployment = await existing(adapters, id);
    if (events.some(isLastStatus) || (wasOver && events.length === 0)) return deployment;
  }
  throw new Error("the events of a followed deployment ended before the deployment did");
}

async function existing({ store }: Adapters, id: DeploymentId): Promise<Deployment> {
  const deployment = await store.deployments.get(id);
  if (!deployment) throw new DeploymentDeleted();
  return deployment;
}

/**
 * Resolves with the finished deployment. Keeps waiting while the database is unavailable. Rejects with the signal's
 * reason.
 */
export async function untilOver(adapters: Adapters, id: DeploymentId, signal: AbortSignal): Promise<Deployment> {
  for (;;) {
    try {
      const events = followDeployment(adapters, id, signal);
      for (let next = await events.next(); ; next = await events.next()) if (next.done) return next.value;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await adapters.clock.sleep(databasePauseMs, signal);
    }
  }
}
