import type { Backup } from "../../model/backup.ts";
import { expired } from "../../rules/backup/expired.ts";
import { type BackupContext, whyFailed } from "./backup-context.ts";
import { findSubject } from "./find-subject.ts";

/** How often a running backup's progress is written. */
const progressEveryMs = 1_000;
/** All that are looked at when old ones are removed. */
const manyBackups = 1_000;

/** Carries out a backup that has been taken from the queue. Resolves with whether it is done. */
export async function runBackup(context: BackupContext, backup: Backup): Promise<boolean> {
  const { store, clock, log, signal } = context;
  try {
    const { subject } = await findSubject(context, backup.installationId, backup.service);
    const recipient = backup.isEncrypted ? ((await store.backups.key())?.recipient ?? null) : null;
    if (backup.isEncrypted && recipient === null) throw new Error("There is no key for encrypted backups");
    const done = await context.backupTools.dump(
      { ...subject, method: backup.method },
      {
        ...{ to: await store.backups.openPlace(), folder: backup.folder, recipient },
        onProgress: createProgress(context, backup),
      },
      signal,
    );
    await store.backups.finish(backup.id, { type: "done", ...done }, clock.now());
    log.info({ backup: backup.id, service: backup.service, bytes: done.storedBytes }, "backed up");
    return true;
  } catch (error) {
    // What is not finished when the server stops is failed by the next one.
    if (signal.aborted) throw error;
    await store.backups.finish(backup.id, { type: "failed", failure: whyFailed(error) }, clock.now());
    log.warn({ err: error, backup: backup.id, service: backup.service }, "a backup failed");
    return false;
  }
}

function createProgress({ store, clock }: BackupContext, { id }: Backup): (read: number, stored: number) => void {
  let writtenMs = clock.monotonicMs();
  return (readBytes, storedBytes) => {
    if (clock.monotonicMs() - writtenMs < progressEveryMs) return;
    writtenMs = clock.monotonicMs();
    store.backups.progress(id, readBytes, storedBytes).catch(() => {});
  };
}

/** Removes what the plan of an installation does not keep. A place that cannot be reached is tried with the next one. */
export async function removeExpired(
  { store, clock, log, signal, backupTools }: BackupContext,
  { installationId, service }: Pick<Backup, "installationId" | "service">,
): Promise<void> {
  const plan = await store.backups.plan(installationId);
  if (!plan) return;
  const kept = await store.backups.list({ installation: installationId, service, kept: true, limit: manyBackups });
  // A restore that waits may need any of them.
  const open = await store.backups.restores({ installation: installationId, unfinished: true });
  if (open.length > 0) return;
  const place = await store.backups.openPlace();
  for (const backup of expired(kept, plan.keep, plan.timezone)) {
    try {
      await backupTools.remove(place, backup, signal);
      await store.backups.removed(backup.id, clock.now());
    } catch (error) {
      if (signal.aborted) throw error;
      log.warn({ err: error, backup: backup.id }, "an old backup could not be removed");
    }
  }
}
