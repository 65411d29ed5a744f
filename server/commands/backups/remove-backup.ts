import type { BackupId } from "../../model/names/ids.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

const limitMs = 60_000;

/** Removes the files of a backup. Its line in the history stays. */
export async function removeBackup(
  { store, clock, backupTools }: Uses<"store" | "clock" | "backupTools">,
  id: BackupId,
): Promise<{ readonly type: "removed" } | Refused> {
  const backup = await store.backups.get(id);
  if (!backup) return refused("not_found", `there is no backup ${id}`);
  if (backup.finishedAt === null) return refused("conflict", "the backup is still running");
  const open = await store.backups.restores({ installation: backup.installationId, unfinished: true });
  if (open.some(({ backupId }) => backupId === id)) return refused("conflict", "the backup is being restored");
  const undecided = await store.deployments.undecided(backup.installationId);
  const user = undecided.find((one) => backup.madeForId === one.id || backup.madeForId === one.dataBefore);
  if (user && backup.madeForId !== null) return refused("conflict", `deployment ${user.number} needs the backup`);
  try {
    await backupTools.remove(await store.backups.openPlace(), backup, clock.timeout(limitMs));
  } catch (error) {
    return refused("conflict", `its files could not be removed: ${error instanceof Error ? error.message : error}`);
  }
  await store.backups.removed(id, clock.now());
  return { type: "removed" };
}
