import type { Restore, RestoreTarget } from "../../model/backup.ts";
import type { BackupId } from "../../model/names/ids.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

/** Asks for a restore. What is there now is backed up first, if it would be replaced. */
export async function restoreBackup(
  { store, clock, wakeBackups }: Uses<"store" | "clock" | "wakeBackups">,
  id: BackupId,
  { into, by }: { readonly into: RestoreTarget; readonly by: string },
): Promise<{ readonly type: "asked"; readonly restore: Restore } | Refused> {
  const backup = await store.backups.get(id);
  if (!backup) return refused("not_found", `there is no backup ${id}`);
  if (backup.status !== "done") return refused("conflict", "the backup is not complete, so it cannot be restored");
  if (backup.removedAt !== null) return refused("conflict", "the files of this backup have been removed");
  if (backup.method === "redis" && into === "new") {
    return refused("invalid", "Redis has one set of data, so there is no place beside it");
  }
  const busy = (await store.deployments.undecided(backup.installationId)).find(({ dataBefore }) => dataBefore !== null);
  if (busy) return refused("conflict", `deployment ${busy.number} is going back with the data`);
  const request = { backup: id, installation: backup.installationId, into, requestedBy: by };
  const restore = await store.backups.requestRestore(request, clock.now());
  if (!restore) return refused("conflict", "another restore of this product is not finished yet");
  wakeBackups();
  return { type: "asked", restore };
}
