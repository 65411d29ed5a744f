import { type Deployment, isOver } from "../../model/deployment/deployment.ts";
import type { DeploymentEvent } from "../../model/deployment/event.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";

const pageSize = 500;
/** Announcements are made in this process; the poll behind them is for the day when one is lost. */
const pollMs = 2_000;

/** Its product or environment was deleted while somebody followed it. */
export class DeploymentDeleted extends Error {
  override readonly name = "DeploymentDeleted";
  constructor() {
    super("the deployment was deleted");
  }
}

/**
 * The events of a deployment after `start`, as they happen, until it is over. Returns the deployment as it ended.
 * Rejects with the signal's reason.
 */
export async function* follow(
  store: Pick<ReadStore, "events" | "deployments">,
  id: DeploymentId,
  signal: AbortSignal,
  start = 0,
): AsyncGenerator<DeploymentEvent, Deployment> {
  let wakeUp = () => {};
  const unsubscribe = store.events.subscribe(id, () => wakeUp());
  try {
    for (let after = start; ; ) {
      signal.throwIfAborted();
      const news = new Promise<void>((resolve) => {
        wakeUp = resolve;
      });
      // Its state first: what is read afterwards holds every event up to its end.
      const deployment = await store.deployments.get(id);
      if (!deployment) throw new DeploymentDeleted();
      const events = await store.events.read(id, after, pageSize);
      for (const event of events) {
        after = event.seq;
        yield event;
      }
      if (events.length > 0) continue;
      if (isOver(deployment.status)) return deployment;
      await waitFor(news, signal);
    }
  } finally {
    unsubscribe();
  }
}

async function waitFor(news: Promise<void>, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const timeOrAbort = new Promise<void>((resolve) => {
    onAbort = resolve;
    timer = setTimeout(resolve, pollMs);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  await Promise.race([news, timeOrAbort]);
  clearTimeout(timer);
  signal.removeEventListener("abort", onAbort);
}
