import { beforeEach, describe, expect, it, vi } from "vitest";
import type { EventBody, StackProgress } from "../../../../server/model/deployment/event.ts";
import type { DeploymentId } from "../../../../server/model/names/ids.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { aFailure, at } from "../../../model/a-deployment.ts";
import { anInstallation, claimed, enqueued, type MakeStore, moved } from "../lifecycle.ts";

const note = (text: string): EventBody => ({ type: "note", text });

const progress = (name: string, percent: number): StackProgress => ({
  name,
  status: "deploying",
  phase: "Building images",
  percent,
  serviceCount: 2,
  servicesDone: 1,
  currentService: "web",
});

/** The contract of a deployment's events and of who is woken by them. */
export function eventsContract(make: MakeStore): void {
  let store: Store;
  let id: DeploymentId;
  beforeEach(async () => {
    ({ store } = await make());
    id = (await enqueued(store, await anInstallation(store))).id;
  });

  describe("events", () => {
    it("come back as they went in, whatever their kind", async () => {
      const bodies: EventBody[] = [
        { type: "waiting", position: 2, waitingFor: "4 builds" },
        { type: "stage", stage: "build", text: "Building with the Dockerfile" },
        note("Node 22"),
        { type: "warning", text: "no certificate yet" },
        {
          type: "log",
          source: "build",
          service: "web",
          lines: ["\u001b[32mgreen\u001b[0m", "", 'quotes " and \\u0000'],
        },
        { type: "check", service: "web", healthy: true, streak: 1, needed: 3, detail: "GET / answered 200 in 12 ms" },
        { type: "stack", stack: progress("app", 40) },
        { type: "cut-over", urls: ["http://hello.localhost:8080"], tookMs: 0.19 },
        { type: "drain", remaining: 3 },
        { type: "failure", failure: aFailure },
      ];
      await store.events.append(id, bodies);
      const events = await store.events.read(id, 1, 100);
      expect(events.map(({ seq, at: _, ...body }) => body)).toEqual(bodies);
      expect(events.map(({ seq }) => seq)).toEqual(bodies.map((_, index) => index + 2));
      expect(events.every((event) => event.at instanceof Date)).toBe(true);
    });

    it("tell which deployments are over without being settled; one that never began is settled with its end", async () => {
      expect(await store.events.unsettled()).toEqual([]);
      await store.deployments.requestCancel(id, at);
      expect((await store.events.read(id, 1, 10)).map(({ type }) => type)).toEqual(["status", "settled"]);

      const installation = await anInstallation(store);
      await enqueued(store, installation);
      const failed = await moved(store, await claimed(store), { type: "failed", at, failure: aFailure });
      expect(await store.events.unsettled()).toEqual([{ deployment: failed.id, installation }]);
      await store.events.append(failed.id, [{ type: "settled" }]);
      expect(await store.events.unsettled()).toEqual([]);
    });

    it("are read from a number on, and no more than asked for", async () => {
      await store.events.append(id, ["a", "b", "c", "d"].map(note));
      expect((await store.events.read(id, 2, 2)).map(({ seq }) => seq)).toEqual([3, 4]);
      expect(await store.events.read(id, 5, 10)).toEqual([]);
    });

    it("of a deployment that does not exist are refused", async () => {
      await expect(store.events.append(0 as DeploymentId, [note("lost")])).rejects.toThrow(
        "Deployment 0 does not exist",
      );
    });

    it("cost nothing when there are none", async () => {
      await store.events.append(id, []);
      expect(await store.events.read(id, 1, 10)).toEqual([]);
    });
  });

  describe("subscribers", () => {
    it("are woken when something of their deployment was committed, and find it then", async () => {
      const other = (await enqueued(store, await anInstallation(store))).id;
      const found = new Promise<number>((resolve) => {
        store.events.subscribe(id, () => void store.events.read(id, 1, 10).then((events) => resolve(events.length)));
      });
      const woken = vi.fn();
      const unsubscribe = store.events.subscribe(other, woken);
      await store.events.append(id, [note("now")]);
      expect(await found).toBe(1);
      expect(woken).not.toHaveBeenCalled();
      unsubscribe();
    });

    it("are woken by moves and cancels, too", async () => {
      const woken = vi.fn();
      const unsubscribe = store.events.subscribeAll(woken);
      const building = await claimed(store);
      await store.deployments.requestCancel(id, at);
      await moved(store, building, { type: "cancelled", at });
      expect(woken.mock.calls).toEqual([[id], [id], [id]]);
      unsubscribe();
    });

    it("are left alone once they have unsubscribed", async () => {
      const [one, all] = [vi.fn(), vi.fn()];
      for (const unsubscribe of [store.events.subscribe(id, one), store.events.subscribeAll(all)]) unsubscribe();
      await store.events.append(id, [note("unheard")]);
      expect(one).not.toHaveBeenCalled();
      expect(all).not.toHaveBeenCalled();
    });

    it("that fail disturb neither the writer nor each other", async () => {
      const woken = vi.fn();
      store.events.subscribe(id, () => {
        throw new Error("a subscriber's mistake");
      });
      store.events.subscribe(id, woken);
      await store.events.append(id, [note("heard")]);
      expect(woken).toHaveBeenCalledOnce();
    });

    it("hear nothing of what was not written", async () => {
      const woken = vi.fn();
      store.events.subscribeAll(woken);
      await expect(store.events.append(0 as DeploymentId, [note("lost")])).rejects.toThrow();
      expect(woken).not.toHaveBeenCalled();
    });
  });

  it("the newest progress of each stack is known, in the order in which the stacks were first heard of", async () => {
    expect(await store.events.stacks(id)).toEqual([]);
    const heard = [
      progress("web", 0),
      progress("api", 0),
      progress("web", 40),
      progress("api", 10),
      progress("web", 90),
    ];
    await store.events.append(
      id,
      heard.map((stack) => ({ type: "stack", stack })),
    );
    const newest = [progress("web", 90), progress("api", 10)];
    expect(await store.events.stacks(id)).toEqual(newest);
    const silent = await enqueued(store, await anInstallation(store));
    expect(await store.events.stacksOf([silent.id, id])).toEqual(new Map([[id, newest]]));
    expect(await store.events.stacksOf([])).toEqual(new Map());
  });
}
