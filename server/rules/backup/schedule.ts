import { Cron } from "croner";

/** More often would start the next backup before the last one has ended. */
const shortestMs = 10 * 60_000;
const looked = 30;

export const cronRule =
  "five fields as in a crontab (minute, hour, day of month, month, day of week), at most every ten minutes: 0 3 * * * is 03:00 every day";

/** What is wrong with a schedule; null when nothing is. */
export function scheduleFault(cron: string, timezone: string, now: Date): string | null {
  if (!isTimezone(timezone)) return `"${timezone}" is not a time zone; accepted are names such as Europe/Berlin or UTC`;
  if (cron.trim().split(/\s+/).length !== 5) return `"${cron}" is not a schedule; accepted are ${cronRule}`;
  let times: readonly Date[];
  try {
    times = new Cron(cron, { timezone, paused: true }).nextRuns(looked, now);
  } catch {
    return `"${cron}" is not a schedule; accepted are ${cronRule}`;
  }
  if (times.length === 0) return `"${cron}" never comes; accepted are ${cronRule}`;
  const tooOften = times.some((time, at) => {
    const before = times[at - 1];
    return before !== undefined && time.getTime() - before.getTime() < shortestMs;
  });
  return tooOften ? `"${cron}" is too often; accepted are ${cronRule}` : null;
}

/** The first time after `now`; null when there is none. Expects a schedule without a fault. */
export function nextTime(cron: string, timezone: string, now: Date): Date | null {
  return new Cron(cron, { timezone, paused: true }).nextRun(now);
}

function isTimezone(name: string): boolean {
  try {
    return name !== "" && new Intl.DateTimeFormat("en", { timeZone: name }) !== null;
  } catch {
    return false;
  }
}
