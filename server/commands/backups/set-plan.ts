import type { BackupPlan } from "../../model/backup.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import { nextTime, scheduleFault } from "../../rules/backup/schedule.ts";
import type { Uses } from "../adapters.ts";
import { type Refused, refused } from "../refused.ts";

/** When and how the data of an installation is backed up from now on. */
export async function setBackupPlan(
  { store, clock, backupTools }: Uses<"store" | "clock" | "backupTools">,
  id: InstallationId,
  plan: Omit<BackupPlan, "nextAt">,
): Promise<{ readonly type: "set"; readonly plan: BackupPlan } | Refused> {
  const now = clock.now();
  const fault =
    plan.cron === null ? scheduleFault("0 3 * * *", plan.timezone, now) : scheduleFault(plan.cron, plan.timezone, now);
  if (fault !== null) return refused("invalid", fault);
  if (plan.isEncrypted && !(await store.backups.key())) await store.backups.keyOrSet(await backupTools.makeKey());
  const nextAt = plan.cron === null ? null : nextTime(plan.cron, plan.timezone, now);
  await store.backups.setPlan(id, { ...plan, nextAt });
  return { type: "set", plan: { ...plan, nextAt } };
}
