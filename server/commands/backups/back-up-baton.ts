import type { OwnBackup } from "../../model/own-backup.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

/** Asks for a backup of Baton itself. */
export async function backUpBaton(
  { store, clock, wakeBackups }: Uses<"store" | "clock" | "wakeBackups">,
  by: string,
): Promise<{ readonly type: "asked"; readonly backup: OwnBackup } | Refused> {
  const backup = await store.backups.requestOwn({ reason: "manual", requestedBy: by }, clock.now());
  if (!backup) return refused("conflict", "a backup of Baton is being made already");
  wakeBackups();
  return { type: "asked", backup };
}
