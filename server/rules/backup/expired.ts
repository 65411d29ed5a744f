import type { BackupReason, Retention } from "../../model/backup.ts";

/** Backups that nobody asked for by hand stay by count: those made just before something was changed. */
const keptBeforeChange = 3;

interface Kept {
  readonly id: number;
  readonly reason: string;
  readonly createdAt: Date;
}

/**
 * The backups of one service, or of Baton itself, that may go. Of the scheduled ones, the newest of each of the last hours, days, weeks and
 * months that have any stay, and the newest of all. Those made by hand stay until somebody removes them. `all` are those
 * whose files exist, in any order.
 */
export function expired<Row extends Kept>(all: readonly Row[], keep: Retention, timezone: string): readonly Row[] {
  const newestFirst = [...all].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || b.id - a.id);
  const scheduled = newestFirst.filter(({ reason }) => reason === "schedule");
  const stays = new Set<Row>(scheduled.slice(0, 1));
  for (const [period, count] of periods(keep, timezone)) {
    const seen = new Set<string>();
    for (const row of scheduled) {
      const name = period(row.createdAt);
      if (seen.has(name)) continue;
      if (seen.size === count) break;
      seen.add(name);
      stays.add(row);
    }
  }
  const beforeChange = (reason: BackupReason) =>
    newestFirst.filter((row) => row.reason === reason).slice(keptBeforeChange);
  return [
    ...scheduled.filter((row) => !stays.has(row)),
    ...beforeChange("before-restore"),
    ...beforeChange("before-migration"),
  ];
}

type Period = readonly [nameOf: (time: Date) => string, count: number];

function periods({ hourly, daily, weekly, monthly }: Retention, timezone: string): readonly Period[] {
  const format = new Intl.DateTimeFormat("en-CA", {
    ...{ timeZone: timezone, year: "numeric", month: "2-digit", day: "2-digit" },
    ...{ hour: "2-digit", hourCycle: "h23" },
  });
  const parts = (time: Date) => Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]));
  const day = (time: Date) => {
    const { year, month, day } = parts(time);
    return `${year}-${month}-${day}`;
  };
  return [
    [(time) => `${day(time)} ${parts(time).hour} ${Math.floor(time.getTime() / 3_600_000)}`, hourly],
    [day, daily],
    [(time) => mondayOf(day(time)), weekly],
    [(time) => day(time).slice(0, 7), monthly],
  ];
}

function mondayOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}
