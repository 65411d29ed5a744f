import { describe, expect, test } from "vitest";
import { clockText, relativeText } from "../../../views/ui/time.tsx";

const now = new Date("2026-01-31T12:00:00.000Z");
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);

describe("how long ago something was", () => {
  test.each([
    [-5, "just now"],
    [44, "just now"],
    [45, "1 min ago"],
    [50 * 60, "50 min ago"],
    [3 * 3600, "3 h ago"],
    [30 * 3600, "yesterday"],
    [5 * 86_400, "5 days ago"],
    [30 * 86_400, "2026-01-01"],
  ])("%i seconds: %s", (seconds, text) => {
    expect(relativeText(ago(seconds), now)).toBe(text);
  });
});

test("a clock shows hours only when there are any", () => {
  expect([0, 4_200, 750_000, 3_723_000].map(clockText)).toEqual(["0:00", "0:04", "12:30", "1:02:03"]);
});
