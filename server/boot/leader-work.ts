import { createReporter } from "../forge/reporter.ts";
import type { PipelineContext } from "../pipeline/context.ts";
import { Cancelled, Suspended } from "../pipeline/deployment-failed.ts";
import { createPipeline } from "../pipeline/run.ts";
import type { Forge } from "../ports/forge.ts";
import type { Log } from "../ports/log.ts";
import { createWorker, type Worker } from "../queue/worker.ts";
import type { ReconcilerContext } from "../reconciler/context.ts";
import { createReconciler, type Reconciler } from "../reconciler/reconciler.ts";
import { createRepositoryPoller } from "../reconciler/repository-poller.ts";

/**
 * The time in which this server may act: from taking the database's lock until it stops or loses it. Whoever takes
 * the lock next goes on where this shift ended.
 */
export interface Shift {
  readonly wakeQueue: () => void;
  readonly wakeReconciler: () => void;
  end(): Promise<void>;
}

export interface ShiftNeeds extends PipelineContext, ReconcilerContext {
  readonly forges: readonly Forge[];
  /** A deployment's page, as people reach it. */
  readonly pageOf: (deployment: number) => string;
}

export function beginShift(world: ShiftNeeds, maxBuilding: number, log: Log): Shift {
  const { store, clock } = world;
  const reconciler: Reconciler = createReconciler({ ...world, log });
  const pipeline = createPipeline(world, { log, onOver: reconciler.settle });
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
  const poller = createRepositoryPoller({ ...world, allowPrivateRepositories, log, wakeQueue: worker.wake });
  const reporter = createReporter({ ...world, log });
  worker.start();
  void reconciler.start();
  poller.start();
  reporter.start();
  return {
    wakeQueue: worker.wake,
    wakeReconciler: reconciler.wake,
    async end() {
      await Promise.all([worker.stop(), reconciler.stop(), poller.stop(), reporter.stop()]);
    },
  };
}
