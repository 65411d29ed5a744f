import type { Restore } from "../../model/backup.ts";
import type { FoundSubject } from "../../pipeline/data/data-subject.ts";
import { emptyVolumes, requireFit, restoreOrder } from "../../pipeline/data/replace-data.ts";
import { backupFolder } from "../../rules/backup/backup-folder.ts";
import { redactError } from "../../rules/wording/redact-error.ts";
import { type BackupContext, whyFailed } from "./backup-context.ts";
import { findSubject } from "./find-subject.ts";
import { redactFor } from "./redact-for.ts";
import { runBackup } from "./run-backup.ts";

/** Carries out a restore that has been taken from the queue. */
export async function runRestore(context: BackupContext, restore: Restore): Promise<void> {
  const { store, clock, log, signal } = context;
  try {
    const restored = await restoreBackup(context, restore);
    await store.backups.finishRestore(restore.id, { restored }, clock.now());
    log.info({ restore: restore.id, backup: restore.backupId, restored }, "restored a backup");
  } catch (error) {
    if (signal.aborted) throw error;
    const redact = await redactFor(context, restore.installationId);
    await store.backups.finishRestore(restore.id, { failure: redact(whyFailed(error)) }, clock.now());
    log.warn({ err: redactError(error, redact), restore: restore.id }, "a restore failed");
  } finally {
    context.wakeReconciler();
  }
}

async function restoreBackup(context: BackupContext, restore: Restore): Promise<readonly string[]> {
  const { store, signal } = context;
  const backup = await store.backups.get(restore.backupId);
  if (backup?.status !== "done" || backup.removedAt !== null) throw new Error("The files of the backup are gone");
  const found = await findSubject(context, restore.installationId, backup.service);
  requireFit(found, backup);
  if (restore.into === "same") await saveWhatIsThere(context, restore, found);
  const order = await restoreOrder(context, backup, restore.into);
  if (backup.method === "volume") await makeRoom(context, found, restore.into === "same" ? null : order.suffix);
  return context.backupTools.restore(found.subject, order, signal);
}

/** Nothing is replaced before it is in a backup of its own. */
async function saveWhatIsThere(context: BackupContext, restore: Restore, found: FoundSubject): Promise<void> {
  const { store, clock } = context;
  const place = await store.installations.installedProduct(restore.installationId);
  if (!place) throw new Error("The product is gone");
  const plan = await store.backups.plan(restore.installationId);
  const at = clock.now();
  const { service, method } = found.subject;
  const isEncrypted = plan?.isEncrypted ?? false;
  const requested = await store.backups.request(
    {
      ...{ installation: restore.installationId, service, method, reason: "before-restore", isEncrypted },
      ...{ deployment: found.deployment, requestedBy: restore.requestedBy },
      folder: backupFolder(place, service, at, "before-restore"),
    },
    at,
  );
  await store.backups.noteSafety(restore.id, requested.id);
  const done = await runBackup(context, requested);
  if (done) return;
  const failed = await store.backups.get(requested.id);
  throw new Error(`What is there now could not be backed up, so nothing was replaced: ${failed?.failure ?? ""}`);
}

/** The reconciler starts again what is stopped here. */
async function makeRoom(context: BackupContext, found: FoundSubject, suffix: string | null): Promise<void> {
  const { engine, store, signal } = context;
  const { owner, volumes } = found.subject;
  if (suffix !== null) {
    for (const { name } of volumes) {
      await engine.removeVolume(`${name}-${suffix}`, signal);
      await engine.createVolume({ name: `${name}-${suffix}`, owner, filledBy: null }, signal);
    }
    return;
  }
  const { running } = await store.deployments.queue();
  if (running.some(({ installationId }) => installationId === owner.installation)) {
    throw new Error("A deployment is running. Wait until it has finished, and restore again");
  }
  await emptyVolumes(context, found.spec, found);
}
