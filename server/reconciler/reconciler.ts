import { createWakeUp } from "../async/wake-up.ts";
import type { DeploymentId, InstallationId } from "../model/names/ids.ts";
import type { Log } from "../ports/log.ts";
import { reconcile } from "../rules/rollout/reconcile.ts";
import { createChores } from "./chores.ts";
import { createBuildCacheKeeper } from "./cleaning/build-cache.ts";
import { removeDeleted, withdrawDeleted } from "./cleaning/deletions.ts";
import { createOldImageKeeper, removeUnneededImages } from "./cleaning/images.ts";
import { createLogKeeper } from "./cleaning/old-logs.ts";
import { clearStrayCommits } from "./cleaning/repositories.ts";
import { createCleaner } from "./cleaning/safe-to-remove.ts";
import { type ReconcilerContext, type ReconcilerNeeds, warn } from "./context.ts";
import { readDesiredState } from "./desired-state.ts";
import { protectHost } from "./host-protection.ts";
import { createLiveVersions, type LiveVersions } from "./live-versions.ts";
import { observeState } from "./observed-state.ts";
import { createRepairs, type Repairs } from "./repairs.ts";
import { createReplicaKeeper, type ReplicaKeeper } from "./replicas/replica-keeper.ts";
import { createSettlements } from "./settlements.ts";
import { followContainers } from "./supervision/container-events.ts";
import { type CrashLoopLog, createCrashLoopLog } from "./supervision/crash-loops.ts";
import { createDetours, type Detours } from "./supervision/detours.ts";

const lookEveryMs = 30_000;

export interface Reconciler {
  /** Reconciles now, and every 30 s from now on. Resolves after the first pass. */
  start(): Promise<void>;
  wake(): void;
  /** After the end of a deployment: drains and removes what it replaced or left behind, then settles it. */
  settle(installation: InstallationId, deployment: DeploymentId): void;
  /** Ends the waiting. Draining continues after the next start. */
  stop(): Promise<void>;
}

/**
 * Reconciles what belongs to no running deployment: drains and removes replaced versions, takes down what was stopped
 * or deleted, and corrects whatever differs from the rows.
 */
export function createReconciler(needs: ReconcilerNeeds & { readonly log: Log }): Reconciler {
  const stopping = new AbortController();
  const { signal } = stopping;
  const context: ReconcilerContext = { ...needs, signal };
  const news = createWakeUp(context.clock);
  const chores = createChores(context);
  const removeImages = () => removeUnneededImages(context);
  // An image stays as long as a container uses it.
  const onRemoved = () => {
    chores.add(removeImages);
    news.wake();
  };
  const replicas = createReplicaKeeper(context, news.wake);
  const repairs = createRepairs(context, replicas.leaving, { onRemoved, onDue: news.wake });
  const keepBuildCacheSmall = createBuildCacheKeeper(context);
  const removeOldLogs = createLogKeeper(context);
  const removeOldImages = createOldImageKeeper(context);
  const removeWhatIsSafe = createCleaner(context);
  const memory = createMemory(context, replicas);
  const settlements = createSettlements(context, chores, {
    async tidy(installation) {
      await look();
      await repairs.removed(installation);
    },
    removeImages,
  });
  [settlements.beginLeftovers, () => clearStrayCommits(context), removeImages].forEach(chores.add);
  let loop: Promise<unknown> | null = null;
  let looking: Promise<void> = Promise.resolve();

  return {
    async start() {
      await look();
      await chores.catchUp();
      loop ??= Promise.all([
        ...[keepLooking(), replicas.run()],
        followContainers(context, { changed: news.wake, away: memory.detours.follow }),
      ]);
    },
    wake: news.wake,
    settle: settlements.begin,
    async stop() {
      stopping.abort(new Error("the server is stopping"));
      await Promise.allSettled([loop, looking, settlements.all(), repairs.removed()]);
    },
  };

  async function keepLooking(): Promise<void> {
    while (!signal.aborted) {
      await news.next(lookEveryMs, signal).catch(() => {});
      if (!signal.aborted) await look();
      if (!signal.aborted) await chores.catchUp();
      // Not awaited, because they may take minutes.
      void removeOldLogs().catch(warning("removing old logs failed; it will be retried"));
      void removeOldImages().catch(warning("removing old images failed; it will be retried tomorrow"));
      void removeWhatIsSafe().catch(warning("removing what takes space failed; it will be retried"));
      void keepBuildCacheSmall().catch(warning("trimming the build cache failed; it will be retried"));
    }
  }

  /** Passes run one at a time, because each repair is decided on what the previous one has left. */
  function look(): Promise<void> {
    looking = looking
      .then(() => lookOnce(context, repairs, memory))
      .catch(warning("the regular check failed; it will be retried"));
    return looking;
  }

  function warning(message: string): (error: unknown) => void {
    return (error) => warn(context, error, message);
  }
}

/** What passes have in common. */
interface Memory {
  readonly replicas: ReplicaKeeper;
  readonly publishOnce: () => Promise<void>;
  readonly liveVersions: LiveVersions;
  readonly noteCrashLoops: CrashLoopLog;
  readonly detours: Detours;
}

const createMemory = (context: ReconcilerContext, replicas: ReplicaKeeper): Memory => ({
  replicas,
  publishOnce: createFirstPublishing(context),
  liveVersions: createLiveVersions(),
  noteCrashLoops: createCrashLoopLog(context),
  detours: createDetours(context),
});

async function lookOnce(
  context: ReconcilerContext,
  repairs: Repairs,
  { publishOnce, liveVersions, noteCrashLoops, detours, replicas }: Memory,
): Promise<void> {
  context.signal.throwIfAborted();
  await protectHost(context);
  await publishOnce().catch((error: unknown) =>
    warn(context, error, "updating the proxy's hosts failed; it will be retried"),
  );
  const withdrawn = await withdrawOnce(context);
  // Observe first: everything that is seen has its row already, since intent is written before effects.
  const observed = await observeState(context);
  const desired = await readDesiredState(context, liveVersions, withdrawn);
  const { repairs: due, spread } = reconcile(desired, observed);
  await replicas.know(spread);
  for (const repair of due) {
    await repairs
      .carryOut(repair)
      .catch((error: unknown) => warn(context, error, `the repair "${repair.type}" failed; it will be retried`));
  }
  detours.know(desired, observed);
  await noteCrashLoops(desired, observed);
  await removeDeleted(context, withdrawn);
}

/**
 * Publishes the routes once. What the proxy has served since the last leadership may differ from the database, or from
 * what this version of Baton generates.
 */
function createFirstPublishing({ publishRoutes, signal }: ReconcilerContext): () => Promise<void> {
  let hasPublished = false;
  return async () => {
    if (hasPublished) return;
    await publishRoutes(signal);
    hasPublished = true;
  };
}

/** Installations that the proxy could not release stay whole until the next pass. */
function withdrawOnce(context: ReconcilerContext): Promise<ReadonlySet<InstallationId>> {
  return withdrawDeleted(context).catch((error: unknown) => {
    warn(context, error, "removing the addresses of deleted products from the proxy failed; it will be retried");
    return new Set();
  });
}
