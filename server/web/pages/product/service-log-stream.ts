import { Part } from "../../../../views/frame/live-region.tsx";
import { LogRestart, logIncomingId } from "../../../../views/ui/output/log.tsx";
import { createWakeUp } from "../../../async/wake-up.ts";
import type { WebContext } from "../../http/web-context.ts";
import { answerWithEvents, heartbeatMs } from "../../streams/sse.ts";
import type { Aside } from "../../streams/state-stream.ts";
import type { PageNeeds } from "../page.ts";
import type { createSharedServiceLogs, LogPlace } from "./shared-service-log.ts";

/** Output of other deployments must not wake every reader ten times a second. */
const asidePauseMs = 2_000;

/**
 * Streams the output of an installation's containers, starting with the last lines. Each connection restarts the log,
 * so that a reader that was away, or too slow, misses nothing.
 */
export function answerWithServiceLog(
  c: WebContext,
  needs: PageNeeds,
  {
    logs,
    place,
    aside,
  }: {
    readonly logs: ReturnType<typeof createSharedServiceLogs>;
    readonly place: LogPlace;
    readonly aside: Aside;
  },
): Response {
  const { store, clock } = needs;

  return answerWithEvents(c, needs, async (writer) => {
    const news = createWakeUp(clock);
    let hasNews = false;
    let lookedAsideMs = clock.monotonicMs() - asidePauseMs;
    const unsubscribe = store.events.subscribeAll((id) => {
      aside.heard(id);
      if (!hasNews) news.wake();
      hasNews = true;
    });
    const log = logs.join(place, news.wake);
    try {
      await writer.send({ data: await restart() });
      for (;;) {
        for (let text = log.take(); text !== null; text = log.take()) await writer.send({ data: text });
        if (hasNews && clock.monotonicMs() - lookedAsideMs >= asidePauseMs) {
          hasNews = false;
          lookedAsideMs = clock.monotonicMs();
          const beside = await aside.html();
          if (beside) await writer.send({ data: beside });
        }
        const isIdle = (await news.next(hasNews ? asidePauseMs : heartbeatMs, writer.signal)) === "idle";
        if (isIdle && !hasNews) await writer.heartbeat();
      }
    } finally {
      log.leave();
      unsubscribe();
    }
  });
}

async function restart(): Promise<string> {
  return String(await Part({ target: logIncomingId, how: "append", children: LogRestart() }).toString());
}
