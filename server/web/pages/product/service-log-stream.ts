import { Part } from "../../../../views/frame/live-region.tsx";
import { LogLines, LogRestart, logIncomingId } from "../../../../views/ui/log.tsx";
import { createWakeUp } from "../../../async/wake-up.ts";
import type { Deployment } from "../../../model/deployment/deployment.ts";
import type { ContainerState } from "../../../ports/engine.ts";
import type { WebContext } from "../../needs.ts";
import type { Place } from "../../read/catalog.ts";
import { redactOutputOf } from "../../streams/redact-output.ts";
import { answerWithEvents, heartbeatMs, type SseWriter } from "../../streams/sse.ts";
import type { Aside } from "../../streams/state-stream.ts";
import type { PageNeeds } from "../page.ts";
import { containersOfLog, followContainer, type LastSeen, type ServiceLine } from "./service-log.ts";
import { serviceLogBlocks } from "./service-log-blocks.ts";

/** Lines are told in batches: a page that is painted for each of them falls behind. */
const batchMs = 150;
/** No more than this is held for a reader that is slower than the app prints; then the app's output waits in Docker. */
const maxHeld = 4_000;
/** How soon a container that has ended is looked for again. */
const againMs = 2_000;

/**
 * What an installation's containers print, from the last `tail` lines on: after a cut-over it goes on with the new version's.
 * Every connection begins the log anew, so that a reader which was away misses nothing.
 */
export function answerWithServiceLog(
  c: WebContext,
  needs: PageNeeds,
  query: { readonly place: Place; readonly service: string | null; readonly tail: number; readonly aside: Aside },
): Response {
  const { store, engine, clock } = needs;
  const { place, service, tail, aside } = query;

  return answerWithEvents(c, needs, async (writer) => {
    const news = createWakeUp(clock);
    const unsubscribe = store.events.subscribeAll((id) => {
      aside.heard(id);
      news.wake();
    });
    const seen: LastSeen = new Map();
    try {
      await writer.send({ data: await incoming([], [], true) });
      for (let live = await readLive(); ; live = await readLive()) {
        const all = await engine.listContainers({ installation: place.installation.id }, writer.signal);
        await follow(containersOfLog(all, live, service), live?.id ?? null, seen, writer, news);
        // Not one of them runs: they crash and are started again, or the next version comes.
        await clock.sleep(againMs, writer.signal);
      }
    } finally {
      unsubscribe();
    }
  });

  async function readLive(): Promise<Deployment | null> {
    const installation = await store.installations.get(place.installation.id);
    return installation?.liveDeploymentId ? store.deployments.get(installation.liveDeploymentId) : null;
  }

  /** Resolves when none of the containers prints any more, or when another version is live. */
  async function follow(
    containers: readonly ContainerState[],
    liveId: number | null,
    seen: LastSeen,
    writer: SseWriter,
    news: ReturnType<typeof createWakeUp>,
  ): Promise<void> {
    const round = new AbortController();
    const signal = AbortSignal.any([writer.signal, round.signal]);
    const services = containers.map(({ service: name }) => name);
    const redact = await redactOutputOf(store, place.installation.id, containers);
    let held: ServiceLine[] = [];
    let open = containers.length;

    const pump = async (container: ContainerState) => {
      try {
        for await (const line of followContainer(engine, container, tail, seen, redact, signal)) {
          held.push(line);
          news.wake();
          while (held.length > maxHeld) await clock.sleep(batchMs, signal);
        }
      } catch (error) {
        if (!signal.aborted)
          needs.log.warn({ err: error, container: container.name }, "a container's log ended unexpectedly");
      } finally {
        open -= 1;
        news.wake();
      }
    };
    for (const container of containers) void pump(container);

    try {
      for (;;) {
        const isIdle = (await news.next(heartbeatMs, writer.signal)) === "idle";
        await clock.sleep(batchMs, writer.signal);
        const lines = held.sort((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0));
        held = [];
        if (lines.length > 0) await writer.send({ data: await incoming(lines, services, false) });
        else if (isIdle) await writer.heartbeat();
        const beside = await aside.html();
        if (beside) await writer.send({ data: beside });
        const isOver = open === 0 && held.length === 0;
        if (isOver || (lines.length === 0 && ((await readLive())?.id ?? null) !== liveId)) return;
      }
    } finally {
      round.abort();
    }
  }
}

async function incoming(
  lines: readonly ServiceLine[],
  services: readonly string[],
  isRestart: boolean,
): Promise<string> {
  const children = isRestart ? LogRestart() : LogLines({ blocks: serviceLogBlocks(lines, services) });
  return String(await Part({ target: logIncomingId, how: "append", children }).toString());
}
