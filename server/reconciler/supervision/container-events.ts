import { EngineUnavailable } from "../../ports/engine/engine.ts";
import type { ReconcilerContext } from "../context.ts";

const tryAgainMs = 1_000;
const looksMeanwhile = 4;
/** Whoever removes a running container causes two events; the first one alone would start it again in vain. */
const gatherMs = 100;
const surelyHeardMs = 1_000;

/**
 * Calls `changed` when a container has ended or is gone, and when the engine is back after it was away; and `away` a few
 * times a second until then. Whoever made the change, the regular look would find it half a minute later. Resolves when
 * the signal is aborted.
 */
export async function followContainers(
  context: Pick<ReconcilerContext, "engine" | "clock" | "log" | "signal">,
  { changed, away }: { readonly changed: () => void; readonly away: () => Promise<void> },
): Promise<void> {
  const { engine, clock, log, signal } = context;
  for (let isBack = false; !signal.aborted; isBack = true) {
    try {
      if (isBack) await engine.info(signal);
      await follow(context, isBack, changed);
    } catch (error) {
      if (!signal.aborted && !(error instanceof EngineUnavailable)) {
        log.warn({ err: error }, "reading Docker's events failed; it will be retried");
      }
    }
    for (let look = 0; look < looksMeanwhile && !signal.aborted; look++) {
      await Promise.all([away(), clock.sleep(tryAgainMs / looksMeanwhile, signal).catch(() => {})]);
    }
  }
}

async function follow(
  { engine, clock, signal }: Pick<ReconcilerContext, "engine" | "clock" | "signal">,
  isBack: boolean,
  changed: () => void,
): Promise<void> {
  const events = engine.events(signal)[Symbol.asyncIterator]();
  // Asked for before the look, so that nothing happens unseen between them.
  let next = events.next();
  if (isBack) changed();
  // What ended since the look at the start, or before Docker had the request, was not heard.
  void clock.sleep(surelyHeardMs, signal).then(changed, () => {});
  for (let { done, value } = await next; !done; { done, value } = await next) {
    next = events.next();
    if (value.type !== "die" && value.type !== "destroy") continue;
    await clock.sleep(gatherMs, signal);
    changed();
  }
}
