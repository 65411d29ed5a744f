import { expect, test } from "vitest";
import { figuresOf, isMet, tableOf } from "../../../bin/bench/table.mjs";

const slow = { median: 12, p99: 40, count: 10, goal: { median: 8, p99: 20 } };
const quick = { median: 2.345, p99: 6, count: 10, goal: { median: 8, p99: 20 } };

test("the table has each figure with its goal, and how far it is from it", () => {
  const lines = tableOf({ pages: { slow, quick, "without a goal": { median: 1, p99: 1, count: 1 } } }).split("\n");
  expect(lines).toHaveLength(5);
  expect(lines[1]).toBe("pages:");
  expect(lines[2]).toMatch(/slow +12 +40 +10 +2\.00x +median 8, p99 20 +NOT MET$/);
  expect(lines[3]).toMatch(/quick +2\.35 +6 +10 +0\.30x +median 8, p99 20 +met$/);
  expect(lines[4]).toMatch(/without a goal +1 +1 +1$/);
});

test("an earlier run's medians stand next to them; a figure that it lacks stands alone", () => {
  const lines = tableOf({ pages: { slow, quick } }, { pages: { slow: { median: 24, p99: 50, count: 10 } } }).split(
    "\n",
  );
  expect(lines[2]).toMatch(/24 +0\.50x$/);
  expect(lines[3]).toMatch(/met$/);
});

test("a goal of nothing at all is met by nothing else", () => {
  expect(isMet({ median: 0, p99: 0, count: 1, goal: { median: 0 } })).toBe(true);
  expect(isMet({ median: 1, p99: 1, count: 1, goal: { median: 0 } })).toBe(false);
});

test("the figures of a whole run and of one measurement are read alike", () => {
  expect(figuresOf({ results: { pages: { slow } } })).toEqual({ pages: { slow } });
  expect(figuresOf({ name: "pages", figures: { slow } })).toEqual({ pages: { slow } });
});

test("a figure without samples stands as a dash, and meets no goal", () => {
  const none = { median: null, p99: Number.NaN, count: 0, goal: { median: 8 } };
  const lines = tableOf({ pages: { none, quick } }, { pages: { none, quick: none } }).split("\n");
  expect(lines[2]).toMatch(/none +– +– +0 .*NOT MET +– *$/);
  expect(lines[3]).toMatch(/quick .* met +–$/);
  expect(isMet(none)).toBe(false);
});
