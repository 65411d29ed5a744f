import type { Retention } from "../../model/backup.ts";

const units = { h: "hourly", d: "daily", w: "weekly", m: "monthly" } as const;

export const retentionRule = "counts of hours, days, weeks and months to keep a backup of, such as 7d 4w 6m";

/** Reads "24h 7d 4w 6m": the newest of each of the last 24 hours, 7 days, 4 weeks, 6 months. Null when it is none. */
export function parseRetention(text: string): Retention | null {
  const keep = { hourly: 0, daily: 0, weekly: 0, monthly: 0 };
  for (const word of text.trim().split(/[\s,]+/)) {
    const [, count, unit] = /^(\d{1,3})([hdwm])$/.exec(word) ?? [];
    if (count === undefined) return null;
    keep[units[unit as keyof typeof units]] = Number(count);
  }
  return keep;
}
