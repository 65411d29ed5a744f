import { describe, expect, it } from "vitest";
import { nextOwnBackup, ownBackupTrouble } from "../../../server/rules/backup/own-backup.ts";

const schedule = {
  ...{ cron: "0 3 * * *", timezone: "Europe/Berlin" },
  keep: { hourly: 0, daily: 7, weekly: 0, monthly: 0 },
};
const now = new Date("2026-11-30T12:00Z");
const at = (text: string) => new Date(`2026-11-${text}Z`);

describe("the next backup of Baton itself", () => {
  it("is the first time of the schedule after the last one, in the past when it was missed", () => {
    expect(nextOwnBackup(schedule, { createdAt: at("30T02:00:05") }, now)).toEqual(new Date("2026-12-01T02:00Z"));
    expect(nextOwnBackup(schedule, { createdAt: at("20T02:00:05") }, now)).toEqual(at("21T02:00"));
  });

  it("is due at once when there was none, and never without a schedule", () => {
    expect(nextOwnBackup(schedule, null, now)).toEqual(now);
    expect(nextOwnBackup(null, null, now)).toBeNull();
  });
});

describe("what is wrong with the backups of Baton itself", () => {
  const done = { status: "done", failure: null, createdAt: at("30T02:00") } as const;
  const failed = { status: "failed", failure: "The disk of /mnt is full", createdAt: at("30T02:00") } as const;
  const stopped = { status: "stopped", failure: null } as const;

  it("is the last one's failure until one succeeds", () => {
    expect(ownBackupTrouble(null, [failed, done], now)).toBe(
      "The last backup of Baton itself failed: The disk of /mnt is full",
    );
    expect(ownBackupTrouble(null, [done, failed], now)).toBeNull();
    expect(ownBackupTrouble(schedule, [{ ...stopped, createdAt: now }, failed], now)).toContain("failed");
    expect(ownBackupTrouble(schedule, [], now)).toBeNull();
  });

  it("is that two of the schedule were not made, whatever stopped them", () => {
    const [before, late] = [
      { ...done, createdAt: at("29T02:00") },
      { ...done, createdAt: at("28T02:00") },
    ];
    expect(ownBackupTrouble(schedule, [before], now)).toBeNull();
    expect(ownBackupTrouble(schedule, [late], now)).toBe("Two scheduled backups of Baton itself were not made");
    expect(ownBackupTrouble(null, [late], now)).toBeNull();
    const never = [{ ...stopped, createdAt: at("28T02:00") }];
    expect(ownBackupTrouble(schedule, never, now)).toBe("No backup of Baton itself was completed yet");
  });
});
