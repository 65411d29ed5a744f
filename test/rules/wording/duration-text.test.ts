import { expect, it } from "vitest";
import { counted, durationText, elapsedText } from "../../../server/rules/wording/duration-text.ts";

it.each([
  [0, "0 ms"],
  [849.6, "850 ms"],
  [1_000, "1 s"],
  [4_120, "4.1 s"],
  [9_960, "10 s"],
  [90_000, "90 s"],
  [125_000, "2 min 5 s"],
  [600_000, "10 min"],
  [11_400_000, "3 h 10 min"],
  [7_200_000, "2 h"],
])("%d ms reads %s", (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

it("what was measured took some time", () => {
  expect([0, 0.4, 0.6, 1_000].map(elapsedText)).toEqual(["under 1 ms", "under 1 ms", "1 ms", "1 s"]);
});

it("one request, two requests", () => {
  expect([counted(1, "request"), counted(2, "request")]).toEqual(["1 request", "2 requests"]);
});
