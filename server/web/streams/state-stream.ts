import { createWakeUp } from "../../async/wake-up.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import type { WebAdapters } from "../adapters.ts";
import type { WebContext } from "../http/web-context.ts";
import { answerWithEvents, heartbeatMs } from "./sse.ts";

/** Something that a page shows as it is now, and that changes. */
export interface Snapshot {
  /** Differs when what is shown differs. */
  readonly digest: string;
  readonly html: string;
  /** It is about to change, and nobody will tell: a container that is being stopped. */
  readonly isPassing?: boolean;
}

/** What a page is told besides what it shows; see pages/news.ts. */
export interface Aside {
  /** Something has happened to this deployment. */
  heard(id: DeploymentId): void;
  /** What is worth telling since it was asked last, as parts of a message; empty: nothing. */
  html(): Promise<string>;
}

/** However fast things change, a page is not painted more often than this. */
const pauseMs = 500;
const passingMs = 1_000;

/**
 * Sends a new picture of something whenever it has changed: a state, not a history, so what a reader missed while
 * it was away need not be replayed. The digest is the message's id: a reader that comes back with it is not repainted.
 */
export function answerWithSnapshots(
  c: WebContext,
  needs: Pick<WebAdapters, "store" | "clock" | "log" | "closing">,
  take: () => Promise<Snapshot | null>,
  aside?: Aside,
): Response {
  const { store, clock } = needs;
  return answerWithEvents(c, needs, async (writer) => {
    const news = createWakeUp(clock);
    const unsubscribe = store.events.subscribeAll((id) => {
      aside?.heard(id);
      news.wake();
    });
    try {
      for (let shown = c.req.header("last-event-id") ?? c.req.query("shown"); ; ) {
        const snapshot = await take();
        if (!snapshot) return;
        if (snapshot.digest !== shown) await writer.send({ id: snapshot.digest, data: snapshot.html });
        shown = snapshot.digest;
        const beside = await aside?.html();
        // Without an id: it is not a picture that a reader could come back with.
        if (beside) await writer.send({ data: beside });
        await clock.sleep(pauseMs, writer.signal);
        // Containers also die without a deployment: look now and then without being told.
        const limitMs = snapshot.isPassing ? passingMs : heartbeatMs;
        if ((await news.next(limitMs, writer.signal)) === "idle") await writer.heartbeat();
      }
    } finally {
      unsubscribe();
    }
  });
}
