import { expect, test } from "vitest";
import { nameOf, stepsOf } from "./steps.ts";

const first = (seed: number, count: number) => {
  const steps = stepsOf(seed);
  return Array.from({ length: count }, () => steps.next().value);
};

test("a seed gives the same steps each time, and another seed gives others", () => {
  expect(first(7, 200)).toEqual(first(7, 200));
  expect(first(7, 200)).not.toEqual(first(8, 200));
});

test("every kind of step comes", () => {
  expect(new Set(first(1, 1_000).map(({ type }) => type)).size).toBe(18);
  expect(nameOf({ type: "push", product: "shop", manner: "answer 500" })).toBe("push shop answer 500");
});
