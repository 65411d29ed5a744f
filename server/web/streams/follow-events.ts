import { createWakeUp } from "../../async/wake-up.ts";
import type { DeploymentEvent } from "../../model/deployment/event.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ReadStore } from "../../ports/store/read-store.ts";

type Events = Pick<ReadStore, "events">;

const pageSize = 500;

/**
 * Reads a deployment's events so far in batches, so that a long log is never held in memory. The first batch may be
 * empty. `until` is the number of the last event to read.
 */
export async function* eventPages(
  { events }: Events,
  id: DeploymentId,
  { after = 0, until = Number.POSITIVE_INFINITY }: { readonly after?: number; readonly until?: number } = {},
): AsyncGenerator<readonly DeploymentEvent[]> {
  for (let cursor = after; ; ) {
    const limit = Math.min(pageSize, until - cursor);
    const page = limit > 0 ? await events.read(id, cursor, limit) : [];
    yield page;
    cursor = page.at(-1)?.seq ?? cursor;
    if (page.length < pageSize) return;
  }
}

/**
 * Yields a deployment's events after `after` as they happen, in batches. A batch is empty if the reader was woken for
 * another reason. Yields "idle" if nothing happened for `idleMs`, and then reads again in case a notification was lost.
 * It never returns: the caller knows which event is the last one. Rejects with the signal's reason.
 */
export async function* followEvents(
  { store, clock }: { readonly store: Events; readonly clock: Clock },
  id: DeploymentId,
  follow: {
    readonly after: number;
    readonly idleMs: number;
    readonly signal: AbortSignal;
    /**
     * Calls `wake` when there may be news. Returns the unsubscribe function. The default is news about this deployment.
     */
    readonly subscribe?: (wake: () => void) => () => void;
  },
): AsyncGenerator<readonly DeploymentEvent[] | "idle", never> {
  const { idleMs, signal, subscribe = (wake) => store.events.subscribe(id, wake) } = follow;
  const news = createWakeUp(clock);
  const unsubscribe = subscribe(news.wake);
  try {
    for (let { after } = follow; ; ) {
      for await (const page of eventPages(store, id, { after })) {
        after = page.at(-1)?.seq ?? after;
        yield page;
      }
      if ((await news.next(idleMs, signal)) === "idle") yield "idle";
    }
  } finally {
    unsubscribe();
  }
}
