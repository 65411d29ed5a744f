import { createWakeUp } from "../async/wake-up.ts";
import type { Running } from "../model/deployment/deployment.ts";
import type { DeploymentId } from "../model/names/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { Store } from "../ports/store/store.ts";
import { whyWaiting } from "../rules/rollout/why-waiting.ts";

const lookEveryMs = 1_000;
const longestPauseMs = 30_000;
/**
 * A deployment whose run could not end, because the database accepted no writes, is taken over again no sooner than
 * this.
 */
const rescueAgainMs = 30_000;

type Queue = Awaited<ReturnType<Store["deployments"]["queue"]>>;

export interface Worker {
  /** Resumes what a dead server left, then claims from the queue until `stop`. */
  start(): void;
  /** Wakes the worker, because there may be something to claim or to cancel. */
  wake(): void;
  /**
   * Claims nothing more and suspends what runs: builds are requeued, and the next start resumes everything else.
   * Resolves when nothing of it runs in this process any more.
   */
  stop(): Promise<void>;
}

export interface WorkerNeeds {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxBuilding: number;
  readonly run: (deployment: Running, signal: AbortSignal) => Promise<void>;
  /** The reasons with which the signal of a run aborts. */
  readonly reasons: { cancelled(): Error; suspended(): Error };
}

/**
 * The only code that acts on queued deployments. At most `maxBuilding` build at once, and one deployment per
 * installation runs at a time; the store's claim guarantees both.
 */
export function createWorker(needs: WorkerNeeds): Worker {
  const { store, clock, log, maxBuilding, reasons } = needs;
  const stopping = new AbortController();
  const news = createWakeUp(clock);
  const runs = createRuns(needs, news.wake);
  const reportWhyWaiting = createWaitingReport(needs);
  const rescue = createRescue(needs, runs);
  let loop: Promise<void> | null = null;

  return {
    start() {
      loop ??= work();
    },
    wake: news.wake,
    async stop() {
      stopping.abort(reasons.suspended());
      runs.suspend();
      await loop;
      await runs.over();
    },
  };

  async function work(): Promise<void> {
    let pauseMs = lookEveryMs;
    while (!stopping.signal.aborted) {
      try {
        await rescue.run();
        await runs.cancelRequested();
        let queue = await store.deployments.queue();
        // A claim is a transaction that others wait for, so an empty queue is left alone.
        if (queue.queued.length > 0 && (await claimAll())) queue = await store.deployments.queue();
        await reportWhyWaiting(queue);
        rescue.noticeStrays(queue);
        pauseMs = lookEveryMs;
      } catch (error) {
        // While the database is away, what runs continues as far as it can, and nothing new begins.
        pauseMs = Math.min(longestPauseMs, pauseMs * 2);
        if (!stopping.signal.aborted) log.warn({ err: error }, "reading the queue failed; it will be retried");
      }
      await news.next(pauseMs, stopping.signal).catch(() => {});
    }
  }

  /** Resolves with whether it claimed any. */
  async function claimAll(): Promise<boolean> {
    for (let hasClaimed = false; ; hasClaimed = true) {
      const claimed = stopping.signal.aborted ? null : await store.deployments.claim(maxBuilding, () => clock.now());
      if (!claimed) return hasClaimed;
      runs.begin(claimed);
    }
  }
}

/** Takes over running deployments that nobody runs: at the start, and when the queue shows one later. */
function createRescue({ store, clock, log }: WorkerNeeds, runs: ReturnType<typeof createRuns>) {
  let isNeeded = true;
  let rescuedMs = 0;
  return {
    async run(): Promise<void> {
      if (!isNeeded) return;
      const { requeued, resumed } = await store.deployments.rescue(runs.ids());
      isNeeded = false;
      rescuedMs = clock.monotonicMs();
      for (const { id } of requeued) log.info({ deployment: id }, "put back in the queue after a restart");
      for (const deployment of resumed) {
        log.info({ deployment: deployment.id, step: deployment.status }, "resumed after a restart");
        runs.begin(deployment);
      }
    },

    /**
     * Finds deployments that the database lists as running, but nobody runs: the answer to a claim was lost, or an end
     * was not recorded.
     */
    noticeStrays(queue: Queue): void {
      if (clock.monotonicMs() - rescuedMs < rescueAgainMs) return;
      isNeeded = queue.running.some(({ id }) => !runs.ids().includes(id));
    },
  };
}

/** The deployments that run in this process. `onOver` is called when one ends, because another may be claimed. */
function createRuns({ store, log, run, reasons }: WorkerNeeds, onOver: () => void) {
  const running = new Map<DeploymentId, { readonly abort: AbortController; readonly done: Promise<void> }>();
  return {
    begin(deployment: Running): void {
      const abort = new AbortController();
      const done = run(deployment, abort.signal)
        .catch((error: unknown) =>
          log.error({ err: error, deployment: deployment.id }, "a run rejected, which it must never do"),
        )
        .finally(() => {
          running.delete(deployment.id);
          onOver();
        });
      running.set(deployment.id, { abort, done });
    },
    async cancelRequested(): Promise<void> {
      if (running.size === 0) return;
      for (const id of await store.deployments.cancelRequested()) {
        running.get(id)?.abort.abort(reasons.cancelled());
      }
    },
    suspend(): void {
      for (const { abort } of running.values()) abort.abort(reasons.suspended());
    },
    ids: () => [...running.keys()],
    over: () => Promise.all([...running.values()].map(({ done }) => done)),
  };
}

/** Records in each queued deployment's log why it waits, again only when the reason has changed. */
function createWaitingReport({ store, maxBuilding }: WorkerNeeds): (queue: Queue) => Promise<void> {
  const reported = new Map<DeploymentId, string>();
  return async (queue) => {
    for (const { id } of queue.queued) {
      const waiting = whyWaiting(queue, maxBuilding, id);
      const sentence = waiting && `${waiting.position} ${waiting.waitingFor}`;
      if (!waiting || !sentence || reported.get(id) === sentence) continue;
      reported.set(id, sentence);
      await store.events.append(id, [{ type: "waiting", ...waiting }]);
    }
    const queued = new Set(queue.queued.map(({ id }) => id));
    for (const id of reported.keys()) if (!queued.has(id)) reported.delete(id);
  };
}
