import { describe, expect, it } from "vitest";
import type { Drill } from "../../../server/model/backup.ts";
import type { BackupId, InstallationId } from "../../../server/model/names/ids.ts";
import { drillFault, drillOrder, isNight, mayDrill } from "../../../server/rules/backup/drill.ts";

const at = (day: number, hour = 3) => new Date(Date.UTC(2026, 10, day, hour));
const backup = (id: number, service: string, installation = 1) => ({
  id: id as BackupId,
  installationId: installation as InstallationId,
  service,
});
const drill = (service: string, createdAt: Date, changes: Partial<Drill> = {}) => ({
  ...{ installationId: 1 as InstallationId, service, createdAt, status: "done" as const, requestedBy: null },
  ...{ finishedAt: createdAt, ...changes },
});

describe("the backup that is tried next", () => {
  it("is the newest of the service whose last drill is the longest ago, those that were never tried first", () => {
    const backups = [backup(9, "db", 2), backup(8, "cache"), backup(7, "files"), backup(6, "db"), backup(5, "files")];
    const drills = [drill("files", at(20)), drill("db", at(12)), drill("files", at(2)), drill("gone", at(1))];
    expect(drillOrder(backups, drills).map(({ id }) => id)).toEqual([8, 9, 6, 7]);
  });

  it("is the same one again when its drill was stopped", () => {
    const drills = [drill("db", at(21), { status: "stopped" }), drill("files", at(20)), drill("db", at(12))];
    expect(drillOrder([backup(2, "files"), backup(1, "db")], drills).map(({ id }) => id)).toEqual([1, 2]);
  });
});

describe("a drill by night", () => {
  it.each([
    ["UTC", at(30, 3), true],
    ["UTC", at(30, 2), false],
    ["UTC", at(30, 6), false],
    ["UTC", at(30, 0), false],
    ["Europe/Berlin", at(30, 2), true],
    ["Asia/Tokyo", at(30, 18), true],
  ])("in %s at %s: %s", (timezone, now, is) => {
    expect(isNight(timezone, now)).toBe(is);
  });

  it("comes once a night, whatever is tried by hand, and not while another is open", () => {
    expect(mayDrill([], at(30))).toBe(true);
    expect(mayDrill([drill("db", at(30, 3))], at(30, 5))).toBe(false);
    expect(mayDrill([drill("db", at(29, 5))], at(30, 3))).toBe(true);
    expect(mayDrill([drill("db", at(30, 3), { requestedBy: "Ada" })], at(30, 5))).toBe(true);
    expect(mayDrill([drill("db", at(1), { requestedBy: "Ada", finishedAt: null })], at(30))).toBe(false);
  });
});

describe("what a drill restored", () => {
  const facts = { tables: 214, rows: 12_304, isEstimate: false };
  it.each([
    [facts, facts, null],
    [facts, { ...facts, rows: 12_290 }, null],
    [facts, { ...facts, tables: 213 }, "Of 214 tables in the backup, only 213 came back"],
    [facts, { ...facts, tables: 0, rows: 0 }, "Of 214 tables in the backup, none came back"],
    [facts, { ...facts, rows: 0 }, "The tables came back without any of the 12,304 rows of the backup"],
    [{ ...facts, isEstimate: true }, { ...facts, rows: 0 }, null],
    [{ ...facts, tables: null }, { ...facts, tables: null, rows: 0 }, null],
    [
      { ...facts, rows: null, sqlite: 1 },
      { ...facts, tables: 2, rows: null, sqlite: 1 },
      "Of 214 files in the backup, only 2 came back",
    ],
    [null, facts, null],
    [facts, null, null],
  ])("of %j is %j: %s", (before, after, fault) => {
    expect(drillFault(before, after)).toBe(fault);
  });
});
