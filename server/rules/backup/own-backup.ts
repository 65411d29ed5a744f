import type { OwnBackup, OwnBackupSchedule } from "../../model/own-backup.ts";
import { nextTime } from "./schedule.ts";

/**
 * When the next backup of Baton itself is to be made; in the past when it was missed. The first one of all is made at
 * once, which also shows whether the place can be written to. Null when nothing is scheduled.
 */
export function nextOwnBackup(
  schedule: OwnBackupSchedule | null,
  lastScheduled: Pick<OwnBackup, "createdAt"> | null,
  now: Date,
): Date | null {
  if (schedule === null) return null;
  return lastScheduled === null ? now : nextTime(schedule.cron, schedule.timezone, lastScheduled.createdAt);
}

/**
 * What is wrong with the backups of Baton itself, newest first: a sentence. Null when nothing is. One that was stopped
 * says nothing, but no success for two times of the schedule does.
 */
export function ownBackupTrouble(
  schedule: OwnBackupSchedule | null,
  backups: readonly Pick<OwnBackup, "status" | "failure" | "createdAt">[],
  now: Date,
): string | null {
  const newest = backups.find(({ status }) => status === "done" || status === "failed");
  if (newest?.status === "failed") return `The last backup of Baton itself failed: ${newest.failure ?? ""}`;
  const [first] = backups.slice(-1);
  const since = newest ?? first;
  if (schedule === null || since === undefined) return null;
  const next = nextTime(schedule.cron, schedule.timezone, since.createdAt);
  const second = next && nextTime(schedule.cron, schedule.timezone, next);
  if (second === null || second > now) return null;
  return newest ? "Two scheduled backups of Baton itself were not made" : "No backup of Baton itself was completed yet";
}
