import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Backup, BackupReason, Retention } from "../../../server/model/backup.ts";
import type { BackupId } from "../../../server/model/names/ids.ts";
import { expired } from "../../../server/rules/backup/expired.ts";

const none: Retention = { hourly: 0, daily: 0, weekly: 0, monthly: 0 };
const hour = 3_600_000;
const start = Date.UTC(2026, 0, 1);

function made(
  createdAt: Date,
  id: number,
  reason: BackupReason = "schedule",
): Pick<Backup, "id" | "reason" | "createdAt"> {
  return { id: id as BackupId, reason, createdAt };
}
const every = (stepMs: number, count: number) =>
  Array.from({ length: count }, (_, at) => made(new Date(start + at * stepMs), at));
const kept = (all: ReturnType<typeof every>, keep: Retention, timezone = "UTC") => {
  const gone = new Set(expired(all, keep, timezone));
  return all.filter((row) => !gone.has(row)).map(({ createdAt }) => createdAt.toISOString().slice(0, 16));
};

describe("the backups that stay", () => {
  it("are the newest of each of the last days, weeks and months", () => {
    const all = every(6 * hour, 4 * 70);
    expect(kept(all, { ...none, daily: 3 })).toEqual(["2026-03-09T18:00", "2026-03-10T18:00", "2026-03-11T18:00"]);
    expect(kept(all, { ...none, weekly: 2 })).toEqual(["2026-03-08T18:00", "2026-03-11T18:00"]);
    expect(kept(all, { ...none, monthly: 3 })).toEqual(["2026-01-31T18:00", "2026-02-28T18:00", "2026-03-11T18:00"]);
    expect(kept(every(hour / 2, 100), { ...none, hourly: 2 })).toEqual(["2026-01-03T00:30", "2026-01-03T01:30"]);
  });

  it("follow the days of their time zone", () => {
    const all = [made(new Date("2026-06-01T21:00Z"), 1), made(new Date("2026-06-01T23:00Z"), 2)];
    expect(kept(all, { ...none, daily: 2 })).toHaveLength(1);
    expect(kept(all, { ...none, daily: 2 }, "Europe/Berlin")).toHaveLength(2);
  });

  it("are those of the last days that have any, when days are missing", () => {
    const all = [1, 2, 20, 40].map((day, at) => made(new Date(start + day * 24 * hour), at));
    expect(kept(all, { ...none, daily: 3 })).toHaveLength(3);
  });

  it("always include the newest, those made by hand, and the last three before changes", () => {
    const all = [
      ...every(hour, 5),
      ...[0, 1, 2, 3, 4].flatMap((day) => [
        made(new Date(start + day * 24 * hour), 100 + day, "manual"),
        made(new Date(start + day * 24 * hour), 200 + day, "before-restore"),
        made(new Date(start + day * 24 * hour), 300 + day, "before-migration"),
      ]),
    ];
    const gone = expired(all, none, "UTC").map(({ id }) => Number(id));
    expect(gone.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 200, 201, 300, 301]);
  });

  it("are never more than was asked for, and never none", () => {
    const count = fc.integer({ min: 0, max: 12 });
    const keeping = fc.record({ hourly: count, daily: count, weekly: count, monthly: count });
    const times = fc.array(fc.integer({ min: 0, max: 400 * 24 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(keeping, times, (keep, hours) => {
        const all = hours.map((at, id) => made(new Date(start + at * hour), id));
        const stay = all.length - expired(all, keep, "Europe/Berlin").length;
        const most = Math.max(1, keep.hourly + keep.daily + keep.weekly + keep.monthly);
        return stay >= 1 && stay <= most;
      }),
    );
  });
});
