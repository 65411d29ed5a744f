import { expect, test } from "vitest";
import { createBatches } from "../../../server/commands/webhooks/batches.ts";

test("what comes while a write is at work is written together, in its order", async () => {
  const batches: (readonly number[])[] = [];
  const add = createBatches<string, number, number>(async (_key, items) => {
    batches.push(items);
    await new Promise((resolve) => setImmediate(resolve));
    return items.map((item) => item * 10);
  }, 3);
  const results = await Promise.all([1, 2, 3, 4, 5].map((item) => add("a", item)));
  expect(results).toEqual([10, 20, 30, 40, 50]);
  expect(batches).toEqual([[1], [2, 3, 4], [5]]);
});

test("one that cannot be written takes none of the others with it", async () => {
  const add = createBatches<string, number, number>(async (_key, items) => {
    await Promise.resolve();
    if (items.includes(3)) throw new Error("three");
    return items;
  }, 10);
  const results = await Promise.allSettled([1, 2, 3, 4].map((item) => add("a", item)));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  expect(await add("a", 5)).toBe(5);
});
