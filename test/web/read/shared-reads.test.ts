import { expect, test } from "vitest";
import type { ReadStore } from "../../../server/ports/store/read-store.ts";
import { createSharedReads } from "../../../server/web/read/shared-reads.ts";

function setUp() {
  const asked: string[] = [];
  const answer = (name: string) => async (question: unknown) => `${name} ${asked.push(`${name} ${String(question)}`)}`;
  const store = { products: { bySlug: answer("bySlug"), get: answer("get"), list: answer("list") } };
  return { asked, reads: createSharedReads(store as unknown as ReadStore) };
}

test("a page asks the same question once, and other questions each for themselves", async () => {
  const { asked, reads } = setUp();
  const { products } = reads.store;
  const answers = await reads.during(() =>
    Promise.all([
      products.bySlug("shop" as never),
      products.bySlug("shop" as never),
      products.bySlug("blog" as never),
      products.get("shop" as never),
    ]),
  );
  expect(answers).toEqual(["bySlug 1", "bySlug 1", "bySlug 2", "get 3"]);
  expect(asked).toEqual(["bySlug shop", "bySlug blog", "get shop"]);
});

test("two pages, what goes on after a page, and who is no page, each ask anew", async () => {
  const { asked, reads } = setUp();
  const ask = () => reads.store.products.bySlug("shop" as never);
  let later: Promise<unknown> = Promise.resolve();
  await reads.during(async () => {
    await ask();
    later = new Promise((resolve) => setImmediate(resolve)).then(ask);
  });
  await later;
  await reads.during(ask);
  await ask();
  await ask();
  expect(asked).toHaveLength(5);
});

test.each<[unknown, unknown]>([
  [new Set([1]), new Set([2])],
  [undefined, null],
  [[undefined], [null]],
  [Number.NaN, null],
])("what JSON cannot tell apart is asked each time: %j", async (one, other) => {
  const { asked, reads } = setUp();
  const { products } = reads.store;
  await reads.during(async () => {
    await products.get(one as never);
    await products.get(other as never);
  });
  expect(asked).toHaveLength(2);
});
