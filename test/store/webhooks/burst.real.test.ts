import { expect, it } from "vitest";
import { createBatches } from "../../../server/commands/webhooks/batches.ts";
import type { NewDelivery, Recorded } from "../../../server/ports/store/deliveries.ts";
import { judgeDelivery } from "../../../server/rules/webhooks/webhook-verdict.ts";
import { aProductOf, push, sha } from "../../contracts/store/webhooks/pushes.ts";
import { type ScratchDatabase, useScratchDatabase } from "../scratch-database.ts";

let database: ScratchDatabase;
useScratchDatabase((opened) => {
  database = opened;
});

it("a thousand deliveries, half of them duplicates, make five hundred deployments in few transactions", async () => {
  const { store } = database;
  const product = await aProductOf(store, "shop");
  let writes = 0;
  const add = createBatches<number, NewDelivery, Recorded>((_, deliveries) => {
    writes++;
    return store.deliveries.record(product.id, deliveries, judgeDelivery, new Date());
  }, 200);
  const deliveries = Array.from({ length: 500 }, (_, index) => push(sha(index + 1)));
  const burst = [...deliveries, ...deliveries].sort((a, b) => ((a.deliveryId ?? "") < (b.deliveryId ?? "") ? -1 : 1));
  const recorded = await Promise.all(burst.map((delivery) => add(product.id, delivery)));
  expect(recorded.filter(({ outcome }) => outcome === "deployed")).toHaveLength(500);
  expect(recorded.filter(({ outcome }) => outcome === "duplicate")).toHaveLength(500);
  expect(writes).toBeLessThan(20);
  const all = await store.deployments.list({ product: product.id, limit: 2_000 });
  expect(all).toHaveLength(500);
  expect(all.filter(({ status }) => status === "queued")).toHaveLength(1);
  expect(new Set(all.map(({ number }) => number)).size).toBe(500);
});
