import { Part } from "../../../../views/frame/live-region.tsx";
import { LogLines, logIncomingId } from "../../../../views/ui/output/log.tsx";
import { createWakeUp } from "../../../async/wake-up.ts";
import type { Deployment } from "../../../model/deployment/deployment.ts";
import type { InstallationId } from "../../../model/names/ids.ts";
import type { ContainerState } from "../../../ports/engine/containers.ts";
import { redactOutputOf } from "../../streams/redact-output.ts";
import { createBatchRing, type RingReader } from "../../streams/shared/batch-ring.ts";
import { heartbeatMs } from "../../streams/sse.ts";
import type { PageNeeds } from "../page.ts";
import { containersOfLog, followContainer, type LastSeen, nameIn, type ServiceLine } from "./service-log.ts";
import { serviceLogBlocks } from "./service-log-blocks.ts";

/** Lines are sent in batches, because a page that repaints for each of them falls behind. */
const batchMs = 100;
/** The most lines to hold until the next batch. Beyond that, the app's output waits in Docker. */
const maxHeld = 4_000;
/** The most lines of a message: each reader holds at least one. */
const batchLines = 500;
/** How soon to look for containers again after all have ended. */
const againMs = 2_000;
/** How much of a log somebody who comes later gets. */
const kept = { lines: 10_000, characters: 4_000_000 } as const;
/** The output waits in Docker when even the fastest reader is this far behind. */
const mostAhead = 256_000;

/** What a log is of: an installation's services, or one of them. */
export interface LogPlace {
  readonly installation: InstallationId;
  readonly service: string | null;
}

/**
 * The logs that somebody is watching. Each is read from Docker, redacted and rendered once for all who watch it: two
 * hundred streams of the same lines keep the daemon and the server busy.
 */
export function createSharedServiceLogs(needs: PageNeeds) {
  const open = new Map<string, Shared>();

  return {
    /**
     * Joins a log, from its beginning: its last lines and then what is printed. `wake` is called when there is
     * something to take. After a cut-over the log goes on with the new version's containers.
     */
    join(place: LogPlace, wake: () => void): RingReader {
      const key = `${place.installation}/${place.service ?? ""}`;
      const shared = open.get(key) ?? begin(key, place);
      const reader = shared.ring.join(wake);
      return {
        take: reader.take,
        leave() {
          reader.leave();
          if (shared.ring.hasReaders()) return;
          shared.over.abort(new Error("nobody is watching the log any more"));
          if (open.get(key) === shared) open.delete(key);
        },
      };
    },
  };

  function begin(key: string, place: LogPlace): Shared {
    const shared = { ring: createBatchRing(kept), over: new AbortController() };
    open.set(key, shared);
    void followAlways(needs, place, shared).catch((error: unknown) => {
      // Whoever comes next begins it anew.
      if (open.get(key) === shared) open.delete(key);
      shared.ring.fail(error);
    });
    return shared;
  }
}

interface Shared {
  readonly ring: ReturnType<typeof createBatchRing>;
  readonly over: AbortController;
}

async function followAlways(needs: PageNeeds, place: LogPlace, { ring, over: { signal } }: Shared): Promise<never> {
  const { store, engine, clock } = needs;
  const news = createWakeUp(clock);
  const unsubscribe = store.events.subscribeAll(news.wake);
  const reading = { ring, news, seen: new Map(), signal };
  try {
    for (let live = await readLive(needs, place); ; live = await readLive(needs, place)) {
      const all = await engine.listContainers({ installation: place.installation }, signal);
      await follow(needs, place, reading, { containers: containersOfLog(all, live, place.service), live });
      // No container is running: they crash and restart, or the next version is about to start.
      await clock.sleep(againMs, signal);
    }
  } finally {
    unsubscribe();
  }
}

async function readLive({ store }: PageNeeds, { installation: id }: LogPlace): Promise<Deployment | null> {
  const installation = await store.installations.get(id);
  return installation?.liveDeploymentId ? store.deployments.get(installation.liveDeploymentId) : null;
}

interface Reading {
  readonly ring: Shared["ring"];
  readonly news: ReturnType<typeof createWakeUp>;
  /** The last line of each container that the ring has. */
  readonly seen: LastSeen;
  readonly signal: AbortSignal;
}

/** Resolves when no container has output any more, or when another version is live. */
async function follow(
  needs: PageNeeds,
  place: LogPlace,
  { ring, news, seen, signal: outer }: Reading,
  { containers, live }: { readonly containers: readonly ContainerState[]; readonly live: Deployment | null },
): Promise<void> {
  const { clock, engine } = needs;
  const round = new AbortController();
  const signal = AbortSignal.any([outer, round.signal]);
  const services = containers.map((container) => nameIn(containers, container));
  const redact = await redactOutputOf(needs.store, place.installation, containers);
  const lines = createCollector(needs, { news, signal }, (container) =>
    followContainer(
      engine,
      { id: container.id, service: nameIn(containers, container) },
      kept.lines,
      seen,
      redact,
      signal,
    ),
  );
  for (const container of containers) lines.collect(container);

  try {
    for (;;) {
      await news.next(heartbeatMs, outer);
      await clock.sleep(batchMs, outer);
      while (ring.isAheadBy(mostAhead)) await clock.sleep(batchMs, outer);
      const batch = lines.take();
      for (let from = 0; from < batch.length; from += batchLines) {
        const some = batch.slice(from, from + batchLines);
        ring.push(await render(some, services), some.length);
      }
      const isSuperseded = async () => {
        const now = await readLive(needs, place);
        if ((now?.id ?? null) !== (live?.id ?? null)) return true;
        // A service may have been scaled.
        const all = await engine.listContainers({ installation: place.installation }, outer);
        const ids = containersOfLog(all, now, place.service).map(({ id }) => id);
        return ids.join() !== containers.map(({ id }) => id).join();
      };
      if (lines.isOver() || (batch.length === 0 && (await isSuperseded()))) return;
    }
  } finally {
    round.abort();
  }
}

/** Collects the lines of several containers, and returns them together in the order of their times. */
function createCollector(
  { clock, log }: Pick<PageNeeds, "clock" | "log">,
  { news, signal }: { readonly news: Reading["news"]; readonly signal: AbortSignal },
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

async function render(lines: readonly ServiceLine[], services: readonly string[]): Promise<string> {
  const children = LogLines({ blocks: serviceLogBlocks(lines, services) });
  return String(await Part({ target: logIncomingId, how: "append", children }).toString());
}
