import { createTurns } from "../async/turns.ts";
import { createReporter } from "../forge/reporter.ts";
import type { InstallationId } from "../model/names/ids.ts";
import type { PipelineContext } from "../pipeline/context/context.ts";
import { Cancelled, Suspended } from "../pipeline/deployment-failed.ts";
import { createPipeline } from "../pipeline/run.ts";
import type { OwnBackups } from "../ports/backup/own-backups.ts";
import type { Forge } from "../ports/forge.ts";
import type { Log } from "../ports/log.ts";
import type { Machines } from "../ports/machines.ts";
import { createWorker } from "../queue/worker.ts";
import { createBackupKeeper } from "../reconciler/backups/backup-keeper.ts";
import { createRoomMaker } from "../reconciler/cleaning/make-room.ts";
import type { ReconcilerNeeds } from "../reconciler/context.ts";
import { createMachineWatch } from "../reconciler/machines/machine-watch.ts";
import { createReconciler } from "../reconciler/reconciler.ts";
import { createRepositoryPoller } from "../reconciler/repository-poller.ts";

/** The work that only the leader does: the worker, the reconciler, the repository poller and the status reporter. */
export interface LeaderWork {
  readonly wakeQueue: () => void;
  readonly wakeReconciler: () => void;
  readonly wakeBackups: () => void;
  /** Suspends the running deployments. The next leader resumes them. */
  stop(): Promise<void>;
}

export interface LeaderAdapters
  extends Omit<PipelineContext, "dataTurns" | "makeRoom">,
    Omit<ReconcilerNeeds, "wakeQueue" | "makeRoom"> {
  readonly forges: readonly Forge[];
  readonly ownBackups: OwnBackups;
  readonly machines: Machines;
  readonly log: Log;
  /** The public URL of a deployment's page. */
  readonly pageOf: (deployment: number) => string;
}

export function startLeaderWork(given: LeaderAdapters, maxBuilding: number): LeaderWork {
  const adapters = { ...given, makeRoom: createRoomMaker(given) };
  const dataTurns = createTurns<InstallationId>();
  // The worker is made last, since it tells the reconciler what is over.
  const reconciler = createReconciler({ ...adapters, wakeQueue: () => worker.wake() });
  const pipeline = createPipeline({ ...adapters, dataTurns }, { log: adapters.log, onOver: reconciler.settle });
  const worker = createWorker({
    ...adapters,
    maxBuilding,
    run: pipeline.run,
    reasons: {
      cancelled: () => new Cancelled("cancelled"),
      suspended: () => new Suspended("the server stops"),
    },
  });
  const { allowPrivateRepositories } = adapters.limits;
  const poller = createRepositoryPoller({ ...adapters, allowPrivateRepositories, wakeQueue: worker.wake });
  const reporter = createReporter(adapters);
  const backups = createBackupKeeper({ ...adapters, dataTurns, wakeReconciler: reconciler.wake });
  const machineWatch = createMachineWatch(adapters);
  worker.start();
  void finishKeyRotation(adapters);
  void reconciler.start();
  poller.start();
  reporter.start();
  backups.start();
  machineWatch.start();
  return {
    wakeQueue: worker.wake,
    wakeReconciler: reconciler.wake,
    wakeBackups: backups.wake,
    async stop() {
      await Promise.all([worker, reconciler, poller, reporter, backups, machineWatch].map((part) => part.stop()));
    },
  };
}

/** Secrets stay readable meanwhile, so nothing waits for this. */
async function finishKeyRotation({ store, log }: LeaderAdapters): Promise<void> {
  try {
    const rotation = await store.keys.finishRotation();
    if (rotation) log.info(rotation, "completed a rotation of the key that had broken off");
  } catch (error) {
    log.warn({ err: error }, "a rotation of the key that had broken off could not be completed");
  }
}
