import { expired } from "../../rules/backup/expired.ts";
import { nextOwnBackup } from "../../rules/backup/own-backup.ts";
import { type BackupContext, whyFailed } from "./backup-context.ts";

/** All that are looked at when old ones are removed. */
const manyBackups = 1_000;

/** Makes the backup of Baton itself that somebody asked for, or whose time has come. What was missed is made once. */
export async function makeOwnBackup(context: BackupContext): Promise<void> {
  const { store, ownBackups, clock, log, signal } = context;
  await requestDue(context);
  const backup = await store.backups.takeOwn(clock.now());
  if (!backup) return;
  try {
    const archive = await ownBackups.make(signal);
    // `npm run backup` is making one: this one's turn is after it.
    if (archive === "running") return await store.backups.requeueOwn(backup.id);
    await store.backups.finishOwn(backup.id, { type: "done", archive }, clock.now());
    log.info({ file: archive.file, bytes: archive.bytes, tookMs: archive.tookMs }, "Baton itself was backed up");
    await removeExpired(context);
  } catch (error) {
    // The next server finds it as stopped.
    if (signal.aborted) throw error;
    await store.backups.finishOwn(backup.id, { type: "failed", failure: whyFailed(error) }, clock.now());
    log.warn({ err: error }, "the backup of Baton itself failed");
  }
}

async function requestDue({ store, ownBackups: { schedule }, clock }: BackupContext): Promise<void> {
  const [last = null] = await store.backups.own({ reason: "schedule", limit: 1 });
  const now = clock.now();
  const next = nextOwnBackup(schedule, last, now);
  if (next !== null && next <= now) await store.backups.requestOwn({ reason: "schedule", requestedBy: null }, now);
}

async function removeExpired({ store, ownBackups, clock, log, signal }: BackupContext): Promise<void> {
  const { schedule } = ownBackups;
  if (schedule === null) return;
  const kept = await store.backups.own({ kept: true, limit: manyBackups });
  for (const backup of expired(kept, schedule.keep, schedule.timezone)) {
    try {
      if (await ownBackups.remove(backup, signal)) await store.backups.ownRemoved(backup.id, clock.now());
    } catch (error) {
      if (signal.aborted) throw error;
      log.warn({ err: error, file: backup.file }, "an old backup of Baton itself could not be removed");
    }
  }
}
