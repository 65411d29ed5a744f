import { beforeEach, describe, expect, it } from "vitest";
import type { Building } from "../../../../server/model/deployment/deployment.ts";
import type { Product } from "../../../../server/model/product.ts";
import type { Clock } from "../../../../server/ports/clock.ts";
import type { NewDelivery } from "../../../../server/ports/store/deliveries.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { judgeDelivery } from "../../../../server/rules/webhooks/webhook-verdict.ts";
import { claimed, type MakeStore, moved } from "../lifecycle.ts";
import { aProductOf, push, repository, sha } from "./pushes.ts";

/** The contract of the reports that forges get about deployments. */
export function reportsContract(make: MakeStore): void {
  let store: Store;
  let clock: Pick<Clock, "now">;
  let product: Product;
  beforeEach(async () => {
    ({ store, clock } = await make());
    product = await aProductOf(store, "shop");
  });
  const record = (...deliveries: readonly NewDelivery[]) =>
    store.deliveries.record(product.id, deliveries, judgeDelivery, clock.now());

  describe("the reports that are due at a forge", () => {
    const due = async (now = clock.now()) =>
      (await store.reports.due(now, 100)).filter((one) => one.product === product.id);
    const later = (ms: number) => new Date(clock.now().getTime() + ms);

    async function fetched(): Promise<Building> {
      await record(push(sha(1)));
      const building = await claimed(store);
      await store.deployments.recordCommit(building, { sha: sha(1), message: "Work", author: "Ada" });
      return building;
    }

    it("contain a deployment's state until it is reported, and again when it has changed", async () => {
      const building = await fetched();
      expect(await due()).toEqual([]);
      await store.products.update(product.id, { source: { token: "t" } });
      expect(await due()).toEqual([
        { product: product.id, deployment: building.id, commit: sha(1), state: "pending", receipt: null, tries: 0 },
      ]);
      await store.reports.reported(building.id, "pending", { deployment: 7 });
      expect(await due()).toEqual([]);
      await moved(store, building, { type: "cancelled", at: clock.now() });
      expect(await due()).toMatchObject([{ state: "cancelled", receipt: { deployment: 7 } }]);
    });

    it("wait after a failure, and are given up after the last try until the state changes", async () => {
      const building = await fetched();
      await store.products.update(product.id, { source: { token: "t" } });
      const soon = later(60_000);
      await store.reports.failed(building.id, {
        state: "pending",
        message: "no",
        nextTryAt: soon,
        receipt: { deployment: 3 },
      });
      expect(await due()).toEqual([]);
      expect(await due(soon)).toMatchObject([{ tries: 1, receipt: { deployment: 3 } }]);
      expect(await store.reports.trouble(product.id)).toEqual({
        deployment: building.id,
        message: "no",
        givenUp: false,
      });
      await store.reports.failed(building.id, { state: "pending", message: "no", nextTryAt: null, receipt: null });
      expect(await due(later(86_400_000))).toEqual([]);
      await moved(store, building, { type: "cancelled", at: clock.now() });
      expect(await due()).toMatchObject([{ state: "cancelled", tries: 0 }]);
      await store.reports.reported(building.id, "cancelled", { deployment: 3 });
      expect(await store.reports.trouble(product.id)).toBeNull();
    });

    it("leave out products that are deleted, have no repository, or want no reports", async () => {
      await fetched();
      const { products } = store;
      const silent = { status: false, deployment: false, comment: false };
      await products.update(product.id, { source: { token: "t", reports: silent } });
      expect(await due()).toEqual([]);
      await products.update(product.id, { source: { reports: { ...silent, deployment: true } } });
      expect(await due()).toHaveLength(1);
      await products.update(product.id, { repository: null });
      expect(await due()).toEqual([]);
      await products.update(product.id, { repository });
      await products.markDeleted(product.id, { keepVolumes: false });
      expect(await due()).toEqual([]);
    });

    it("leave out the past: a token that is set later reports only the last two days", async () => {
      await fetched();
      await store.products.update(product.id, { source: { token: "t" } });
      const day = 24 * 60 * 60_000;
      expect(await due(later(2 * day - 60_000))).toHaveLength(1);
      expect(await due(later(2 * day + 60_000))).toEqual([]);
    });
  });
}
