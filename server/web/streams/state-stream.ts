import { createWakeUp } from "../../async/wake-up.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { WebAdapters } from "../adapters.ts";
import type { WebContext } from "../http/web-context.ts";
import { answerWithEvents, heartbeatMs } from "./sse.ts";

/** The current state of something that a page shows. */
export interface Snapshot {
  /** Changes whenever the shown content changes. */
  readonly digest: string;
  readonly html: string;
  /** Whether it will change soon without an event, such as a container that is stopping. */
  readonly isPassing?: boolean;
}

/** News that a page receives in addition to its own content; see pages/system/news.ts. */
export interface Aside {
  /** Notes that something happened to this deployment. */
  heard(id: DeploymentId): void;
  /** The news since the last call, as parts of a message; empty if there are none. */
  html(): Promise<string>;
}

/** What a stream of snapshots may have besides. */
export interface SnapshotOptions {
  readonly aside?: Aside;
  /** Calls `wake` when it is time for another snapshot; by default on every event of any deployment. */
  readonly subscribe?: (wake: () => void) => () => void;
  /** Calls `wake` for another reason, too. */
  readonly alsoOn?: (wake: () => void) => () => void;
}

/** The shortest time between two repaints of a page, however fast things change. */
const pauseMs = 500;
const passingMs = 1_000;

/**
 * Sends a new snapshot whenever the content has changed. It is a state and not a history, so a reader that was away
 * needs no replay. The digest is the message's id, so a reader that reconnects with the same one is not repainted.
 */
export function answerWithSnapshots(
  c: WebContext,
  needs: Pick<WebAdapters, "store" | "clock" | "log" | "closing">,
  take: () => Promise<Snapshot | null>,
  { aside, subscribe, alsoOn }: SnapshotOptions = {},
): Response {
  const { store, clock } = needs;
  return answerWithEvents(c, needs, async (writer) => {
    const news = createWakeUp(clock);
    const ofAll = (wake: () => void) =>
      store.events.subscribeAll((id) => {
        aside?.heard(id);
        wake();
      });
    const unsubscribe = (subscribe ?? ofAll)(news.wake);
    const unsubscribeToo = alsoOn?.(news.wake);
    try {
      for (let shown = c.req.header("last-event-id") ?? c.req.query("shown"); ; ) {
        const snapshot = await take();
        if (!snapshot) return;
        if (snapshot.digest !== shown) await writer.send({ id: snapshot.digest, data: snapshot.html });
        shown = snapshot.digest;
        const beside = await aside?.html();
        // It has no id, because it is not a snapshot that a reader could reconnect with.
        if (beside) await writer.send({ data: beside });
        await clock.sleep(pauseMs, writer.signal);
        // Something may also change without anybody saying so, so check from time to time without a wake-up.
        const limitMs = snapshot.isPassing ? passingMs : heartbeatMs;
        if ((await news.next(limitMs, writer.signal)) === "idle") await writer.heartbeat();
      }
    } finally {
      unsubscribe();
      unsubscribeToo?.();
    }
  });
}
