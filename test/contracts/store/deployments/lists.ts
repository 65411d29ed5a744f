import { beforeEach, describe, expect, it } from "vitest";
import type { Store } from "../../../../server/ports/store/store.ts";
import { aFailure, at } from "../../../model/a-deployment.ts";
import { anInstallation, aProduct, deploying, enqueued, ids, type MakeStore, moved, ready } from "../lifecycle.ts";

const later = new Date(at.getTime() + 60_000);

/** The contract of reading deployments. */
export function listsContract(make: MakeStore): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });

  describe("lists", () => {
    it("are newest first, page by page, of everything, a product or an installation", async () => {
      const [{ product, installation }, other] = [await aProduct(store), await aProduct(store)];
      const all = [];
      for (const where of [installation, other.installation, installation, installation]) {
        all.unshift((await enqueued(store, where.id)).id);
      }
      const own = all.filter((_, index) => index !== 2);
      expect(ids(await store.deployments.list({ limit: 10 }))).toEqual(all);
      expect(ids(await store.deployments.list({ limit: 2 }))).toEqual(all.slice(0, 2));
      const [, before] = all;
      if (!before) throw new Error("unreachable");
      expect(ids(await store.deployments.list({ limit: 2, before }))).toEqual(all.slice(2));
      expect(ids(await store.deployments.list({ limit: 10, product: product.id }))).toEqual(own);
      expect(ids(await store.deployments.list({ limit: 10, installation: installation.id }))).toEqual(own);
    });

    it("of several products leave out what is deleted", async () => {
      const places = [await aProduct(store), await aProduct(store), await aProduct(store)];
      const [first, , third] = places.map(({ product }) => product.id);
      const all = [];
      for (const { installation } of places) all.unshift((await enqueued(store, installation.id)).id);
      const products = [first, third].flatMap((id) => id ?? []);
      expect(ids(await store.deployments.list({ limit: 10, products }))).toEqual([all[0], all[2]]);
      expect(ids(await store.deployments.list({ limit: 1, products }))).toEqual([all[0]]);
      expect(ids(await store.deployments.list({ limit: 10, products, statuses: ["failed"] }))).toEqual([]);
      expect(await store.deployments.list({ limit: 10, products: [] })).toEqual([]);
      if (third) await store.products.markDeleted(third, { keepVolumes: false });
      expect(ids(await store.deployments.list({ limit: 10, products }))).toEqual([all[2]]);
    });

    it("of what is undecided leave out what is over", async () => {
      const installation = await anInstallation(store);
      await ready(store, installation);
      const running = await deploying(store, installation);
      const waiting = await enqueued(store, installation);
      expect(ids(await store.deployments.undecided(installation))).toEqual([running.id, waiting.id]);
      const queue = await store.deployments.queue();
      expect([ids(queue.queued), ids(queue.running)]).toEqual([[waiting.id], [running.id]]);
    });

    it("of ready versions go by when they became ready, stopped ones among them", async () => {
      const installation = await anInstallation(store);
      const second = await ready(store, installation, later);
      const first = await ready(store, installation, at);
      await store.installations.stop(installation, later);
      await moved(store, await deploying(store, installation), { type: "failed", at: later, failure: aFailure });
      expect(ids(await store.deployments.lastReady(installation, 5))).toEqual([second.id, first.id]);
      expect(ids(await store.deployments.lastReady(installation, 1))).toEqual([second.id]);
    });
  });

  describe("sessions of redeploys", () => {
    it("name the newest deployment that was asked for under them", async () => {
      const installation = await anInstallation(store);
      await enqueued(store, installation);
      const first = await enqueued(store, installation, { trigger: "redeploy", fresh: true, sessionId: "s-1" });
      expect(await store.deployments.bySession("s-1")).toEqual(first);
      expect(first).toMatchObject({ fresh: true, sessionId: "s-1" });
      const second = await enqueued(store, installation, { trigger: "redeploy", fresh: true, sessionId: "s-1" });
      expect(await store.deployments.bySession("s-1")).toEqual(second);
      expect(await store.deployments.bySession("s-2")).toBeNull();
    });
  });
}
