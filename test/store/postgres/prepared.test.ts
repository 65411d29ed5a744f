import { expect, it } from "vitest";
import { createPreparedStatements } from "../../../server/store/postgres/prepared.ts";

it("a statement that returns is prepared, and one that does not never is", () => {
  const isPrepared = createPreparedStatements();
  expect([1, 2, 3, 4].map(() => isPrepared("select $1", 1))).toEqual([false, false, true, true]);
  expect([1, 2, 3, 4].map(() => isPrepared("select 1", 0))).toEqual([false, false, false, false]);
  expect([1, 2, 3, 4].map(() => isPrepared("insert many", 500))).toEqual([false, false, false, false]);
});

it("a session prepares only so many, and goes on with those that it has", () => {
  const isPrepared = createPreparedStatements();
  const texts = Array.from({ length: 1_000 }, (_, index) => `select $1 /* ${index} */`);
  const repeated = texts.map((text) => [1, 2, 3, 4].map(() => isPrepared(text, 1)).at(-1));
  expect(repeated.filter(Boolean)).toHaveLength(150);
  expect(isPrepared(texts[0] ?? "", 1)).toBe(true);
});
