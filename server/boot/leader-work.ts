import { createPoller } from "../commands/sources/poll.ts";
import { createSources } from "../commands/sources/sources.ts";
import { createReporter } from "../forge/reporter.ts";
import { Cancelled, Suspended } from "../pipeline/deployment-failed.ts";
import { createPipeline } from "../pipeline/run.ts";
import type { World } from "../pipeline/work.ts";
import type { Forge } from "../ports/forge.ts";
import type { Log } from "../ports/log.ts";
import { createWorker, type Worker } from "../queue/worker.ts";
import type { CaretakerNeeds } from "../reconciler/needs.ts";
import { type Caretaker, createCaretaker } from "../reconciler/reconciler.ts";

/**
 * The time in which this server may act: from taking the database's lock until it stops or loses it. Whoever takes
 * the lock next goes on where this shift ended.
 */
export interface Shift {
  readonly wakeQueue: () => void;
  readonly wakeCaretaker: () => void;
  end(): Promise<void>;
}

export interface ShiftNeeds extends World, CaretakerNeeds {
  readonly forges: readonly Forge[];
  /** A deployment's page, as people reach it. */
  readonly pageOf: (deployment: number) => string;
}

export function beginShift(world: ShiftNeeds, maxBuilding: number, log: Log): Shift {
  const { store, clock } = world;
  const caretaker: Caretaker = createCaretaker({ ...world, log });
  const pipeline = createPipeline(world, { log, onOver: caretaker.settle });
  const worker: Worker = createWorker({
    store,
    clock,
    log,
    maxBuilding,
    run: pipeline.run,
    reasons: {
      cancelled: () => new Cancelled("cancelled"),
      suspended: () => new Suspended("the server stops"),
    },
  });
  const { allowPrivateRepositories } = world.limits;
  const sources = createSources({ ...world, allowPrivateRepositories, wakeQueue: worker.wake });
  const poller = createPoller({ store, sources, clock, log });
  const reporter = createReporter({ ...world, log });
  worker.start();
  void caretaker.start();
  poller.start();
  reporter.start();
  return {
    wakeQueue: worker.wake,
    wakeCaretaker: caretaker.wake,
    async end() {
      await Promise.all([worker.stop(), caretaker.stop(), poller.stop(), reporter.stop()]);
    },
  };
}
