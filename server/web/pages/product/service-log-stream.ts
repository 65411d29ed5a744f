import { Part } from "../../../../views/frame/live-region.tsx";
import { LogLines, LogRestart, logIncomingId } from "../../../../views/ui/output/log.tsx";
import { createWakeUp } from "../../../async/wake-up.ts";
import type { Deployment } from "../../../model/deployment/deployment.ts";
import type { ContainerState } from "../../../ports/engine/containers.ts";
import type { WebContext } from "../../http/web-context.ts";
import type { InstallationRef } from "../../read/catalog.ts";
import { redactOutputOf } from "../../streams/redact-output.ts";
import { answerWithEvents, heartbeatMs, type SseWriter } from "../../streams/sse.ts";
import type { Aside } from "../../streams/state-stream.ts";
import type { PageNeeds } from "../page.ts";
import { containersOfLog, followContainer, type LastSeen, type ServiceLine } from "./service-log.ts";
import { serviceLogBlocks } from "./service-log-blocks.ts";

/** Lines are sent in batches, because a page that repaints for each of them falls behind. */
const batchMs = 150;
/** The most lines to hold for a slow reader. Beyond that, the app's output waits in Docker. */
const maxHeld = 4_000;
/** How soon to look for containers again after all have ended. */
const againMs = 2_000;

interface Request {
  readonly place: InstallationRef;
  readonly service: string | null;
  readonly tail: number;
  readonly aside: Aside;
}

/**
 * Streams the output of an installation's containers, starting with the last `tail` lines. After a cut-over it
 * continues with the new version's. Each connection restarts the log, so that a reader that was away misses nothing.
 */
export function answerWithServiceLog(c: WebContext, needs: PageNeeds, request: Request): Response {
  const { store, engine, clock } = needs;
  const { place, service, aside } = request;

  return answerWithEvents(c, needs, async (writer) => {
    const news = createWakeUp(clock);
    const unsubscribe = store.events.subscribeAll((id) => {
      aside.heard(id);
      news.wake();
    });
    const reader = { writer, news, seen: new Map() };
    try {
      await writer.send({ data: await incoming([], [], true) });
      for (let live = await readLive(needs, place); ; live = await readLive(needs, place)) {
        const all = await engine.listContainers({ installation: place.installation.id }, writer.signal);
        await follow(needs, request, reader, { containers: containersOfLog(all, live, service), live });
        // No container is running: they crash and restart, or the next version is about to start.
        await clock.sleep(againMs, writer.signal);
      }
    } finally {
      unsubscribe();
    }
  });
}

async function readLive({ store }: PageNeeds, { installation: { id } }: InstallationRef): Promise<Deployment | null> {
  const installation = await store.installations.get(id);
  return installation?.liveDeploymentId ? store.deployments.get(installation.liveDeploymentId) : null;
}

interface Reader {
  readonly writer: SseWriter;
  readonly news: ReturnType<typeof createWakeUp>;
  /** The last line of each container that the reader has. */
  readonly seen: LastSeen;
}

/** Resolves when no container has output any more, or when another version is live. */
async function follow(
  needs: PageNeeds,
  { place, tail, aside }: Request,
  { writer, news, seen }: Reader,
  { containers, live }: { readonly containers: readonly ContainerState[]; readonly live: Deployment | null },
): Promise<void> {
  const round = new AbortController();
  const signal = AbortSignal.any([writer.signal, round.signal]);
  const services = containers.map(({ service: name }) => name);
  const redact = await redactOutputOf(needs.store, place.installation.id, containers);
  const lines = createCollector(needs, { news, signal }, (container) =>
    followContainer(needs.engine, container, tail, seen, redact, signal),
  );
  for (const container of containers) lines.collect(container);

  try {
    for (;;) {
      const isIdle = (await news.next(heartbeatMs, writer.signal)) === "idle";
      await needs.clock.sleep(batchMs, writer.signal);
      const batch = lines.take();
      if (batch.length > 0) await writer.send({ data: await incoming(batch, services, false) });
      else if (isIdle) await writer.heartbeat();
      const beside = await aside.html();
      if (beside) await writer.send({ data: beside });
      const isSuperseded = async () => ((await readLive(needs, place))?.id ?? null) !== (live?.id ?? null);
      if (lines.isOver() || (batch.length === 0 && (await isSuperseded()))) return;
    }
  } finally {
    round.abort();
  }
}

/** Collects the lines of several containers, and returns them together in the order of their times. */
function createCollector(
  { clock, log }: Pick<PageNeeds, "clock" | "log">,
  { news, signal }: { readonly news: Reader["news"]; readonly signal: AbortSignal },
  linesOf: (container: ContainerState) => AsyncIterable<ServiceLine>,
) {
  let held: ServiceLine[] = [];
  let open = 0;

  async function pump(container: ContainerState): Promise<void> {
    open += 1;
    try {
      for await (const line of linesOf(container)) {
        held.push(line);
        news.wake();
        while (held.length > maxHeld) await clock.sleep(batchMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error, container: container.name }, "a container's log ended unexpectedly");
    } finally {
      open -= 1;
      news.wake();
    }
  }

  return {
    collect: (container: ContainerState) => void pump(container),
    isOver: () => open === 0 && held.length === 0,
    take(): readonly ServiceLine[] {
      const batch = held.sort((a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0));
      held = [];
      return batch;
    },
  };
}

async function incoming(
  lines: readonly ServiceLine[],
  services: readonly string[],
  isRestart: boolean,
): Promise<string> {
  const children = isRestart ? LogRestart() : LogLines({ blocks: serviceLogBlocks(lines, services) });
  return String(await Part({ target: logIncomingId, how: "append", children }).toString());
}
