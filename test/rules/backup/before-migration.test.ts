import { describe, expect, it } from "vitest";
import type { DataBackup } from "../../../server/model/deployment/event.ts";
import { whyNotBefore } from "../../../server/rules/backup/before-migration.ts";
import { dataBackupText } from "../../../server/rules/wording/data-backup-text.ts";

const last = (seconds: number, frozenMs = 0) => {
  const startedAt = new Date(Date.UTC(2026, 10, 30));
  return { startedAt, finishedAt: new Date(startedAt.getTime() + seconds * 1_000), frozenMs };
};

describe("by default, a backup before a migration", () => {
  it.each([
    ["postgres", null, null],
    ["postgres", last(59), null],
    ["postgres", last(60), "its last backup took 60 s"],
    ["redis", last(150), "its last backup took 2 min 30 s"],
    ["volume", null, "it would be frozen meanwhile, and no backup has shown for how long"],
    ["volume", last(9, 9_000), null],
    ["volume", last(12, 11_000), "its last backup froze it for 11 s"],
    ["volume", last(70, 500), "its last backup took 70 s"],
  ] as const)("of %s, %j before, is not made because %j", (method, before, why) => {
    expect(whyNotBefore({ method }, "automatic", before)).toBe(why);
    expect(whyNotBefore({ method }, "always", before)).toBeNull();
    expect(whyNotBefore({ method }, "never", before)).toBe("this is switched off");
  });
});

it.each<[DataBackup, readonly string[]]>([
  [
    { made: { services: ["db", "files"], bytes: 3_200_000, tookMs: 4_000 }, skipped: [] },
    ["Data was backed up before the migration: 3.2 MB in 4 s"],
  ],
  [
    {
      made: { services: ["db"], bytes: 3_200_000, tookMs: 4_000 },
      skipped: [{ service: "files", why: "its last backup took 70 s" }],
    },
    [
      "The data of db was backed up before the migration: 3.2 MB in 4 s",
      "The data of files was not backed up before the migration: its last backup took 70 s",
    ],
  ],
  [
    { made: null, skipped: ["db", "cache", "files"].map((service) => ({ service, why: "this is switched off" })) },
    ["The data of db, cache and files was not backed up before the migration: this is switched off"],
  ],
])("%j is told as %j", (given, told) => {
  expect(dataBackupText(given)).toEqual(told);
});
