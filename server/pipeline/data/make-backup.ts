import { type Backup, usualPlan } from "../../model/backup.ts";
import type { DataSubject } from "../../ports/backup/backup-tools.ts";
import type { Clock } from "../../ports/clock.ts";
import { expired } from "../../rules/backup/expired.ts";
import type { PipelineContext } from "../context/context.ts";

/** How often a running backup's progress is written. */
const progressEveryMs = 1_000;
/** A database may think for a while before its first byte; a daemon or a backup place that hangs never goes on. */
const stallLimitMs = 5 * 60_000;
const lookEveryMs = 5_000;
/** All that are looked at when old ones are removed. */
const manyBackups = 1_000;

type DataContext = Pick<PipelineContext, "store" | "clock" | "backupTools">;

/**
 * Makes a backup that runs, and records that it is done. Rejects with what went wrong, of which nothing is recorded;
 * none of its files is left then.
 */
export async function makeBackup(
  { store, clock, backupTools }: DataContext,
  backup: Backup,
  subject: DataSubject,
  signal: AbortSignal,
  onProgress: (readBytes: number) => void = () => {},
): Promise<Backup> {
  const recipient = backup.isEncrypted ? ((await store.backups.key())?.recipient ?? null) : null;
  if (backup.isEncrypted && recipient === null) throw new Error("There is no key for encrypted backups");
  const to = await store.backups.openPlace();
  const writeProgress = createProgress({ store, clock }, backup);
  const done = await whileItMoves(clock, signal, (moving, moved) =>
    backupTools.dump(
      { ...subject, method: backup.method },
      {
        ...{ to, folder: backup.folder, recipient },
        onProgress(readBytes, storedBytes) {
          moved();
          writeProgress(readBytes, storedBytes);
          onProgress(readBytes);
        },
      },
      moving,
    ),
  );
  const finishedAt = clock.now();
  await store.backups.finish(backup.id, { type: "done", ...done }, finishedAt);
  return { ...backup, ...done, status: "done", finishedAt };
}

function createProgress({ store, clock }: Pick<DataContext, "store" | "clock">, { id }: Backup) {
  let writtenMs = clock.monotonicMs();
  return (readBytes: number, storedBytes: number) => {
    if (clock.monotonicMs() - writtenMs < progressEveryMs) return;
    writtenMs = clock.monotonicMs();
    store.backups.progress(id, readBytes, storedBytes).catch(() => {});
  };
}

/** Aborts work that does not say for minutes that it moves. */
async function whileItMoves<Result>(
  clock: Clock,
  signal: AbortSignal,
  work: (moving: AbortSignal, moved: () => void) => Promise<Result>,
): Promise<Result> {
  const stalled = new AbortController();
  const over = new AbortController();
  let movedMs = clock.monotonicMs();
  const watch = async () => {
    while (clock.monotonicMs() - movedMs < stallLimitMs) await clock.sleep(lookEveryMs, over.signal);
    stalled.abort(new Error("No data came for five minutes"));
  };
  watch().catch(() => {});
  try {
    return await work(AbortSignal.any([signal, stalled.signal]), () => {
      movedMs = clock.monotonicMs();
    });
  } finally {
    over.abort();
  }
}

/** Removes what the plan of an installation does not keep. A place that cannot be reached is tried with the next one. */
export async function removeExpired(
  { store, clock, backupTools }: DataContext,
  { installationId, service }: Pick<Backup, "installationId" | "service">,
  signal: AbortSignal,
  onFailed: (error: unknown, backup: Backup) => void,
): Promise<void> {
  const plan = (await store.backups.plan(installationId)) ?? usualPlan;
  const kept = await store.backups.list({ installation: installationId, service, kept: true, limit: manyBackups });
  // A restore that waits may need any of them, and so may a deployment that goes back with the data.
  const open = await store.backups.restores({ installation: installationId, unfinished: true });
  const undecided = await store.deployments.undecided(installationId);
  if (open.length > 0 || undecided.some(({ dataBefore }) => dataBefore !== null)) return;
  const place = await store.backups.openPlace();
  for (const backup of expired(kept, plan.keep, plan.timezone)) {
    try {
      await backupTools.remove(place, backup, signal);
      await store.backups.removed(backup.id, clock.now());
    } catch (error) {
      if (signal.aborted) throw error;
      onFailed(error, backup);
    }
  }
}
