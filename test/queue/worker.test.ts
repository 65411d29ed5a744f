import { expect, test, vi } from "vitest";
import { createWorker } from "../../server/queue/worker.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";
import { createFakeStore } from "../fakes/store/fake-store.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

test("looks each time it is woken, and leaves no earlier wait behind", async () => {
  const clock = createFakeClock();
  const store = createFakeStore(clock);
  const queue = vi.fn(store.deployments.queue);
  const worker = createWorker({
    ...{ store: { ...store, deployments: { ...store.deployments, queue } }, clock, log, maxBuilding: 4 },
    run: async () => {},
    reasons: { cancelled: () => new Error("cancelled"), suspended: () => new Error("suspended") },
  });
  worker.start();
  for (let looks = 1; looks <= 20; looks++) {
    await vi.waitFor(() => expect([queue.mock.calls.length, clock.sleeping > 0]).toEqual([looks, true]));
    worker.wake();
  }
  await vi.waitFor(() => expect([queue.mock.calls.length, clock.sleeping]).toEqual([21, 1]));
  await worker.stop();
  expect(clock.sleeping).toBe(0);
});
