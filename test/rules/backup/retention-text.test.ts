import { expect, it } from "vitest";
import { parseRetention } from "../../../server/rules/backup/retention-text.ts";

it("how many backups stay is read from counts with units, in any order", () => {
  expect(parseRetention("7d 4w 6m")).toEqual({ hourly: 0, daily: 7, weekly: 4, monthly: 6 });
  expect(parseRetention("3m, 24h")).toEqual({ hourly: 24, daily: 0, weekly: 0, monthly: 3 });
});

it.each(["", "7", "7 days", "d7", "7d;4w", "1000d", "-1d"])("%j is none", (text) => {
  expect(parseRetention(text)).toBeNull();
});
