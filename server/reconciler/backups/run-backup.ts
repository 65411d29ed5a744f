import type { Backup } from "../../model/backup.ts";
import { makeBackup } from "../../pipeline/data/make-backup.ts";
import { redactError } from "../../rules/wording/redact-error.ts";
import { type BackupContext, whyFailed } from "./backup-context.ts";
import { findSubject } from "./find-subject.ts";
import { redactFor } from "./redact-for.ts";

/** Carries out a backup that has been taken from the queue. Resolves with whether it is done. */
export async function runBackup(context: BackupContext, backup: Backup): Promise<boolean> {
  const { store, clock, log, signal } = context;
  try {
    const { subject } = await findSubject(context, backup.installationId, backup.service);
    const { storedBytes } = await makeBackup(context, backup, subject, signal);
    log.info({ backup: backup.id, service: backup.service, bytes: storedBytes }, "backed up");
    return true;
  } catch (error) {
    // What is not finished when the server stops is failed by the next one.
    if (signal.aborted) throw error;
    const redact = await redactFor(context, backup.installationId);
    await store.backups.finish(backup.id, { type: "failed", failure: redact(whyFailed(error)) }, clock.now());
    log.warn({ err: redactError(error, redact), backup: backup.id, service: backup.service }, "a backup failed");
    return false;
  }
}
