import { expect, test } from "vitest";
import type { OwnBackup, OwnBackupSettings } from "../../../server/model/own-backup.ts";
import { OwnBackupsSection } from "../../../views/backups/own-backups-section.tsx";
import type { PageFrame } from "../../../views/frame/frame.ts";

const now = new Date("2026-11-30T10:15:00Z");
const scheduled: OwnBackupSettings = {
  schedule: { cron: "30 3 * * *", timezone: "Europe/Berlin", keep: { hourly: 0, daily: 7, weekly: 4, monthly: 6 } },
  ...{ to: "s3://bucket/baton", isOwnFolder: false, passphraseFile: "/srv/baton/backup-passphrase" },
};
const made: OwnBackup = {
  ...{
    id: 1 as OwnBackup["id"],
    reason: "schedule",
    status: "done",
    requestedBy: null,
    failure: null,
    removedAt: null,
  },
  ...{ createdAt: new Date("2026-11-30T02:30:00Z"), startedAt: new Date("2026-11-30T02:30:00Z") },
  ...{ finishedAt: new Date("2026-11-30T02:30:41Z"), bytes: 9_100_000, file: "baton-x.tar.gz" },
  place: { type: "folder", path: "/mnt/backups" },
};
const failed: OwnBackup = {
  ...{ ...made, id: 2 as OwnBackup["id"], status: "failed", bytes: 0, place: null, file: null },
  ...{ createdAt: new Date("2026-11-30T09:00:00Z"), failure: "The disk of /mnt/backups is full" },
};

function shown(
  backups: readonly OwnBackup[],
  settings: Partial<OwnBackupSettings> = {},
  allowed: readonly string[] = ["administer", "enter"],
): string {
  const own = { settings: { ...scheduled, ...settings }, backups, nextAt: new Date("2026-12-01T02:30:00Z") };
  const html = String(<OwnBackupsSection frame={{ allowed, now, csrf: "x" } as unknown as PageFrame} own={own} />);
  return html.replaceAll("&#39;", "'");
}
const words = (html: string) => html.replace(/<[^>]+>/g, "").replace(/\s+/g, " ");

test("the last backup that was made, and the minute of the next one, are said", () => {
  const text = words(shown([failed, made]));
  expect(text).toMatch(/Last backed up 8 h ago: 9\.1 MB, in 41 s\./);
  expect(text).toContain("The next one is due at 2026-12-01 02:30 UTC (30 3 * * *, Europe/Berlin).");
  expect(text).toContain("/mnt/backups/baton-x.tar.gz");
});

test("one that failed says why, and does not count as the last one", () => {
  expect(words(shown([failed]))).toMatch(/Baton has never been backed up\..*The disk of \/mnt\/backups is full/);
});

test("the button waits until one that is asked for or runs is done", () => {
  const running = { ...made, status: "running", finishedAt: null, bytes: 0, place: null, file: null } as const;
  expect(shown([made])).not.toContain("disabled");
  expect(shown([running, made])).toMatch(/<button[^>]* disabled/);
  expect(shown([made], {}, ["enter"])).not.toContain("<button");
});

test("a place that is lost with the server, and a passphrase that is, are pointed at", () => {
  const safe = words(shown([made]));
  expect(safe).not.toContain("lost with this server");
  expect(safe).toContain("sealed with the passphrase in /srv/baton/backup-passphrase: keep a copy of that elsewhere");
  const unsafe = words(shown([made], { isOwnFolder: true, passphraseFile: null }));
  expect(unsafe).toContain("It is lost with this server: BATON_BACKUP_TO names a safer place.");
  expect(unsafe).toContain("Its key is sealed with BATON_BACKUP_PASSPHRASE.");
});
