import { describe, expect, it } from "vitest";
import { nextTime, scheduleFault } from "../../../server/rules/backup/schedule.ts";

const now = new Date("2026-11-30T10:00:00Z");

describe("a schedule of backups", () => {
  it("comes at its time in its zone, also over a change of the clock", () => {
    expect(nextTime("0 3 * * *", "UTC", now)).toEqual(new Date("2026-12-01T03:00:00Z"));
    expect(nextTime("0 3 * * *", "Europe/Berlin", now)).toEqual(new Date("2026-12-01T02:00:00Z"));
    const beforeSummer = new Date("2027-03-27T12:00:00Z");
    const [first, second] = [beforeSummer, new Date("2027-03-28T12:00:00Z")].map((from) =>
      nextTime("0 4 * * *", "Europe/Berlin", from)?.toISOString(),
    );
    expect([first, second]).toEqual(["2027-03-28T02:00:00.000Z", "2027-03-29T02:00:00.000Z"]);
  });

  it.each([
    ["0 3 * * *", "UTC", null],
    ["*/10 * * * *", "Europe/Berlin", null],
    ["*/5 * * * *", "UTC", "too often"],
    ["0 3 * *", "UTC", "not a schedule"],
    ["* 0 3 * * *", "UTC", "not a schedule"],
    ["0 25 * * *", "UTC", "not a schedule"],
    ["@daily", "UTC", "not a schedule"],
    ["0 0 30 2 *", "UTC", "never comes"],
    ["0 3 * * *", "Berlin", "not a time zone"],
    ["0 3 * * *", "", "not a time zone"],
  ])("%s in %s: %s", (cron, timezone, fault) => {
    const found = scheduleFault(cron, timezone, now);
    if (fault === null) expect(found).toBeNull();
    else expect(found).toContain(fault);
  });
});
