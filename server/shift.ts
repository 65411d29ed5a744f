import { type Caretaker, createCaretaker } from "./caretaker/caretaker.ts";
import type { CaretakerNeeds } from "./caretaker/needs.ts";
import { Cancelled, Suspended } from "./pipeline/deployment-failed.ts";
import { createPipeline } from "./pipeline/run.ts";
import type { World } from "./pipeline/work.ts";
import type { Log } from "./ports/log.ts";
import { createWorker, type Worker } from "./queue/worker.ts";

/**
 * The time in which this server may act: from taking the database's lock until it stops or loses it. Whoever takes
 * the lock next goes on where this shift ended.
 */
export interface Shift {
  readonly wakeQueue: () => void;
  readonly wakeCaretaker: () => void;
  end(): Promise<void>;
}

export function beginShift(world: World & CaretakerNeeds, maxBuilding: number, log: Log): Shift {
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
  worker.start();
  void caretaker.start();
  return {
    wakeQueue: worker.wake,
    wakeCaretaker: caretaker.wake,
    async end() {
      await Promise.all([worker.stop(), caretaker.stop()]);
    },
  };
}
