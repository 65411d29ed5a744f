import { beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../../../../server/ports/store/store.ts";
import { aSpec, at } from "../../../model/a-deployment.ts";
import { anInstallation, claimed, deploying, enqueued, type MakeStore, moved, statusEvents } from "../lifecycle.ts";

const later = new Date(at.getTime() + 60_000);

/** The contract of cancellation requests and of deployments that a dead server left running. */
export function cancelContract(make: MakeStore): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });

  describe("requestCancel", () => {
    it("ends a queued one at once", async () => {
      const { id } = await enqueued(store, await anInstallation(store));
      expect(await store.deployments.requestCancel(id, later, "Ada")).toBe("stopped");
      expect(await store.deployments.get(id)).toMatchObject({
        status: "stopped",
        reason: "cancelled",
        finishedAt: later,
        stoppedBy: "Ada",
      });
      expect(await statusEvents(store, id)).toEqual(["queued", "stopped: cancelled"]);
    });

    it("asks one that is building or starting to stop, and it cannot be cut over any more", async () => {
      const started = await deploying(store, await anInstallation(store));
      await enqueued(store, await anInstallation(store));
      const building = await claimed(store);
      for (const { id } of [building, started])
        expect(await store.deployments.requestCancel(id, at, "Ada")).toBe("asked");
      expect(await store.deployments.cancelRequested()).toEqual([started.id, building.id].sort((a, b) => a - b));

      expect(await store.deployments.move(started, { type: "checked" })).toBeNull();
      await store.deployments.requestCancel(started.id, later, "Bob");
      await moved(store, started, { type: "cancelled", at });
      expect(await store.deployments.get(started.id)).toMatchObject({ reason: "cancelled", stoppedBy: "Ada" });
      expect(await store.deployments.cancelRequested()).toEqual([building.id]);
    });

    it("is too late from the decision to cut over on", async () => {
      const installation = await anInstallation(store);
      const decided = await moved(store, await deploying(store, installation), { type: "checked" });
      expect(await store.deployments.requestCancel(decided.id, at)).toBe("too-late");
      const switched = await moved(store, decided, { type: "switched", at, replacedId: null });
      expect(await store.deployments.requestCancel(decided.id, at)).toBe("too-late");
      await moved(store, switched, { type: "held", at });
      expect(await store.deployments.requestCancel(decided.id, at)).toBe("too-late");
      expect(await store.deployments.cancelRequested()).toEqual([]);
    });
  });

  describe("rescue", () => {
    it("puts back what was building, goes on with what was deploying, and ends what was asked to stop", async () => {
      const started = await deploying(store, await anInstallation(store));
      const decided = await moved(store, await deploying(store, await anInstallation(store)), { type: "checked" });
      await enqueued(store, await anInstallation(store));
      const building = await claimed(store);
      await enqueued(store, await anInstallation(store));
      const cancelled = await claimed(store);
      await store.deployments.requestCancel(cancelled.id, at);

      const { requeued, resumed } = await store.deployments.rescue();
      expect(requeued).toMatchObject([{ id: building.id, status: "queued", attempt: 1 }]);
      expect(resumed).toMatchObject([
        { id: started.id, step: "start", attempt: 2 },
        { id: decided.id, step: "cut-over", attempt: 2 },
      ]);
      expect(await store.deployments.get(cancelled.id)).toMatchObject({ status: "stopped", reason: "cancelled" });
      expect(await statusEvents(store, building.id)).toEqual(["queued", "building", "queued"]);

      expect(await store.deployments.move(building, { type: "built", spec: aSpec() })).toBeNull();
    });

    it("leaves alone what is still run", async () => {
      const started = await deploying(store, await anInstallation(store));
      await enqueued(store, await anInstallation(store));
      const building = await claimed(store);
      const stray = await deploying(store, await anInstallation(store));
      const { requeued, resumed } = await store.deployments.rescue([started.id, building.id]);
      expect([...requeued, ...resumed]).toMatchObject([{ id: stray.id, attempt: 2 }]);
      expect(await store.deployments.get(started.id)).toEqual(started);
      expect(await store.deployments.get(building.id)).toEqual(building);
    });

    it("twice is as good as once", async () => {
      const started = await deploying(store, await anInstallation(store));
      await store.deployments.rescue();
      expect((await store.deployments.rescue()).requeued).toEqual([]);
      expect(await store.deployments.get(started.id)).toMatchObject({ status: "deploying", attempt: 3 });
    });
  });
}
