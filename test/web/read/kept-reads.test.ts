import { expect, test } from "vitest";
import type { ReadStore } from "../../../server/ports/store/read-store.ts";
import { createKeptReads } from "../../../server/web/read/kept-reads.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createFakeStore } from "../../fakes/store/fake-store.ts";

function setUp() {
  const asked: string[] = [];
  const world = { changes: 0, nowMs: 0, fails: false };
  const answer = (name: string) => async (question: unknown) => {
    asked.push(`${name} ${String(question)}`);
    if (world.fails) throw new Error("The database is not responding");
    return `${name} ${asked.length}`;
  };
  const fake = createFakeStore(createFakeClock());
  const store = {
    ...fake,
    products: { ...fake.products, bySlug: answer("bySlug"), get: answer("get"), list: answer("list") },
    access: { identify: answer("identify") },
    changes: () => world.changes,
  };
  const reads = createKeptReads(store as unknown as ReadStore, { nowMs: () => world.nowMs });
  const ask = (slug: unknown) => reads.products.bySlug(slug as never);
  return { asked, world, reads, ask };
}

test("a question is asked once, at the same time and later, and other questions each for themselves", async () => {
  const { asked, reads, ask } = setUp();
  const answers = await Promise.all([ask("shop"), ask("shop"), ask("blog"), reads.products.get("shop" as never)]);
  expect(answers).toEqual(["bySlug 1", "bySlug 1", "bySlug 2", "get 3"]);
  expect(await ask("shop")).toBe("bySlug 1");
  expect(asked).toEqual(["bySlug shop", "bySlug blog", "get shop"]);
});

test("it is asked anew when something was written, also while the last answer was under way", async () => {
  const { asked, world, ask } = setUp();
  const before = ask("shop");
  world.changes += 1;
  expect(await ask("shop")).toBe("bySlug 2");
  expect(await before).toBe("bySlug 1");
  expect(await ask("shop")).toBe("bySlug 2");
  expect(asked).toHaveLength(2);
});

test("it is asked anew after ten seconds, because somebody may have written by hand", async () => {
  const { asked, world, ask } = setUp();
  await ask("shop");
  world.nowMs = 9_999;
  await ask("shop");
  expect(asked).toHaveLength(1);
  world.nowMs = 10_000;
  await ask("shop");
  expect(asked).toHaveLength(2);
});

test("a failure is nobody else's answer", async () => {
  const { world, ask } = setUp();
  world.fails = true;
  await expect(ask("shop")).rejects.toThrow("not responding");
  world.fails = false;
  expect(await ask("shop")).toBe("bySlug 2");
});

test("who may do what is asked each time, and so is what would not be asked again", async () => {
  const { asked, reads } = setUp();
  for (const _ of [1, 2]) await reads.access.identify("token" as never, new Date());
  for (const _ of [1, 2]) await reads.products.list();
  expect(asked).toHaveLength(4);
});

test("more questions than pages have do not fill the memory", async () => {
  const { asked, ask } = setUp();
  for (let n = 0; n <= 1_000; n++) await ask(`product-${n}`);
  await ask("product-1000");
  await ask("product-0");
  expect(asked).toHaveLength(1_002);
});

test.each<[unknown, unknown]>([
  [new Set([1]), new Set([2])],
  [undefined, null],
  [[undefined], [null]],
  [Number.NaN, null],
])("what JSON cannot tell apart is asked each time: %j", async (one, other) => {
  const { asked, ask } = setUp();
  await ask(one);
  await ask(other);
  expect(asked).toHaveLength(2);
});
