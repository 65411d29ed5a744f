import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import type { Building, Failure } from "../../../../server/model/deployment/deployment.ts";
import type { DeploymentId } from "../../../../server/model/names/ids.ts";
import type { Product, Slug } from "../../../../server/model/product.ts";
import type { Clock } from "../../../../server/ports/clock.ts";
import type { NewDelivery } from "../../../../server/ports/store/deliveries.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { judgeDelivery } from "../../../../server/rules/webhooks/webhook-verdict.ts";
import { aProduct, claimed, type MakeStore, moved } from "../lifecycle.ts";
import { aProductOf, push, repository, sha } from "./pushes.ts";

/** The contract of the deliveries that forges send, and of the deployments that they queue. */
export function deliveriesContract(make: MakeStore): void {
  let store: Store;
  let clock: Pick<Clock, "now">;
  let product: Product;
  beforeEach(async () => {
    ({ store, clock } = await make());
    product = await aProductOf(store, "shop");
  });
  const record = (...deliveries: readonly NewDelivery[]) =>
    store.deliveries.record(product.id, deliveries, judgeDelivery, clock.now());
  const deployments = () => store.deployments.list({ product: product.id, limit: 2_000 });
  async function claimedOne(id: DeploymentId): Promise<Building> {
    const building = await claimed(store);
    if (building.id !== id) throw new Error(`${building.id} was claimed instead of ${id}`);
    return building;
  }

  describe("the ledger", () => {
    it("knows what a forge delivered last, apart from what Baton saw and what was refused", async () => {
      const { deliveries } = store;
      expect(await deliveries.newestFromForge(product.id)).toBeNull();
      await record(push(sha(1)), push(sha(2)));
      await record({ ...push(sha(3)), via: "baton", deliveryId: null, content: null });
      const refusal = {
        via: "github",
        deliveryId: null,
        name: "push",
        reason: "not signed",
        headers: {},
        bodyBytes: 1,
      };
      await deliveries.refuse(product.id, refusal, clock.now());
      expect(await deliveries.newestFromForge(product.id)).toEqual({
        event: expect.objectContaining({ type: "push", after: sha(2), repository: [repository] }),
        headers: { "x-github-event": "push" },
      });
    });

    it("queues a deployment of the branch, in the transaction of its line", async () => {
      const [one] = await record(push(sha(1)));
      expect(one).toMatchObject({ outcome: "deployed", deployments: [expect.any(Number)] });
      expect(await deployments()).toMatchObject([
        { id: one?.deployments[0], status: "queued", trigger: "webhook", ref: "main", commit: null, by: "octocat" },
      ]);
      const entry = await store.deliveries.get(product.id, one?.id ?? 0);
      expect(entry).toMatchObject({
        name: "push",
        commit: sha(1),
        event: { type: "push", after: sha(1) },
        bodyBytes: 8,
      });
    });

    it("makes one deployment of twenty deliveries of one id at the same time", async () => {
      const one = push(sha(1));
      const recorded = await Promise.all(Array.from({ length: 20 }, () => record(one)));
      const outcomes = recorded.flat().map(({ outcome }) => outcome);
      expect(outcomes.filter((outcome) => outcome === "deployed")).toHaveLength(1);
      expect(new Set(recorded.flat().flatMap(({ deployments: made }) => made)).size).toBe(1);
      expect(await deployments()).toHaveLength(1);
      expect(await store.deliveries.list(product.id, { limit: 50 })).toHaveLength(20);
    });

    it("makes one deployment of one commit, whatever the deliveries are called", async () => {
      // Makes a deployment's id differ from the id of its delivery, because the two were once mixed up.
      await store.deployments.reserveId();
      await Promise.all(Array.from({ length: 20 }, () => record(push(sha(1)))));
      expect(await deployments()).toHaveLength(1);
    });

    it("takes a body that comes again under another id for a replay", async () => {
      const first = push(sha(1));
      await record(first);
      await record(push(sha(2)));
      const [again] = await record({ ...first, deliveryId: randomUUID() });
      expect(again).toMatchObject({ outcome: "duplicate", verdict: expect.stringMatching(/already arrived/) });
    });

    it("takes a deployment's commit from the delivery before its fetch, and from the fetch afterwards", async () => {
      const [first] = await record(push(sha(1)));
      const building = await claimedOne(first?.deployments[0] as DeploymentId);
      expect((await record(push(sha(1))))[0]?.outcome).toBe("duplicate");
      // The branch had moved by then.
      await store.deployments.recordCommit(building, { sha: sha(2), message: "", author: "" });
      expect((await record(push(sha(2))))[0]?.outcome).toBe("duplicate");
      expect((await record(push(sha(1))))[0]?.outcome).toBe("deployed");
    });

    it("deploys again what has failed", async () => {
      const [first] = await record(push(sha(1)));
      const building = await claimedOne(first?.deployments[0] as DeploymentId);
      const failure: Failure = {
        ...{ stage: "build" as const, service: null, message: "no", hint: null, lastLines: [] },
        ...{ exitCode: 1, outOfMemory: false, lastProbe: null },
      };
      await moved(store, building, { type: "failed", at: clock.now(), failure });
      expect((await record(push(sha(1))))[0]?.outcome).toBe("deployed");
    });

    it("supersedes what is queued, and nothing else", async () => {
      const [first] = await record(push(sha(1)));
      const [second] = await record(push(sha(2)));
      const statuses = (await deployments()).map(({ id, status }) => [id, status]);
      expect(statuses).toEqual([
        [second?.deployments[0], "queued"],
        [first?.deployments[0], "stopped"],
      ]);
    });

    it("gives an installation that tracks nothing the branch that deployed it", async () => {
      const slug = "fresh" as Slug;
      const fresh = await store.products.create({ slug, repository, branch: null });
      if (!fresh) throw new Error("the product was not made");
      await store.deliveries.record(fresh.product.id, [push(sha(1))], judgeDelivery, clock.now());
      expect((await store.installations.get(fresh.installation.id))?.branch).toBe("main");
    });

    it("leaves out a quiet look that found nothing", async () => {
      const tip = (asked: boolean, quiet: boolean): NewDelivery => ({
        ...push(sha(1), { via: "baton", name: "poll", deliveryId: null, content: null, quiet }),
        event: { type: "tip", branch: "main", commit: sha(1), asked },
      });
      expect((await record(tip(false, true)))[0]?.outcome).toBe("deployed");
      expect((await record(tip(false, true)))[0]).toMatchObject({ id: null, outcome: "duplicate" });
      expect((await record(tip(true, false)))[0]).toMatchObject({ id: expect.any(Number), outcome: "duplicate" });
      expect(await store.deliveries.list(product.id, { limit: 10 })).toHaveLength(2);
    });

    it("keeps what was refused apart, and only the newest of it", async () => {
      const [kept] = await record(push(sha(1)));
      const refused = { via: "github", deliveryId: "x", name: "push", headers: {}, bodyBytes: 5 };
      for (let index = 0; index < 120; index++) {
        await store.deliveries.refuse(product.id, { ...refused, reason: `no ${index}` }, clock.now());
      }
      const all = await store.deliveries.list(product.id, { limit: 500 });
      expect(all).toHaveLength(101);
      expect(all.at(0)?.verdict).toBe("no 119");
      expect(all.at(-1)?.id).toBe(kept?.id);
    });

    it("is gone with its product, and takes nothing for one that is deleted", async () => {
      await record(push(sha(1)));
      await store.products.markDeleted(product.id, { keepVolumes: false });
      await expect(record(push(sha(2)))).rejects.toThrow(/is gone/);
      await store.products.purge(product.id);
      expect(await store.deliveries.list(product.id, { limit: 10 })).toEqual([]);
    });

    it("makes many deliveries at once of which only the last is deployed, and duplicates of what came twice", async () => {
      const pushes = Array.from({ length: 20 }, (_, index) => push(sha(index + 1)));
      const recorded = await record(...pushes, ...pushes);
      expect(recorded.map(({ outcome }) => outcome)).toEqual([
        ...pushes.map(() => "deployed"),
        ...pushes.map(() => "duplicate"),
      ]);
      const made = recorded.slice(0, 20).map(({ deployments: [id] }) => id);
      expect(recorded.slice(20).map(({ deployments: [id] }) => id)).toEqual(made);
      const all = [...(await deployments())].reverse();
      expect(all.map(({ id, number }) => [id, number])).toEqual(made.map((id, index) => [id, index + 1]));
      expect(all.map(({ status }) => status)).toEqual([...Array(19).fill("stopped"), "queued"]);
      const [superseded] = all;
      const events = await store.events.read(superseded?.id as DeploymentId, 0, 10);
      expect(events).toMatchObject([
        { type: "status", status: "queued" },
        { type: "status", status: "stopped", reason: "superseded by a newer push" },
        { type: "settled" },
      ]);
      expect((await store.events.read(all.at(-1)?.id as DeploymentId, 0, 10)).map(({ type }) => type)).toEqual([
        "status",
      ]);
    });

    it("reads its lines newest first, page by page, and only those of the product", async () => {
      const recorded = await record(push(sha(1)), push(sha(2)), push(sha(3)));
      const [first, second, third] = recorded.map(({ id }) => id ?? 0);
      const page = (before?: number) =>
        store.deliveries.list(product.id, { limit: 2, ...(before !== undefined && { before }) });
      expect((await page()).map(({ id }) => id)).toEqual([third, second]);
      expect((await page(second)).map(({ id }) => id)).toEqual([first]);
      const other = await aProduct(store);
      expect(await store.deliveries.list(other.product.id, { limit: 2 })).toEqual([]);
      expect(await store.deliveries.get(other.product.id, first ?? 0)).toBeNull();
    });

    it("keeps what a delivery said once, and again where it was asked to be processed again", async () => {
      const one = push(sha(1));
      const [first, repeated, again] = await record(one, one, { ...one, again: 1 });
      const detail = (id: number | null | undefined) => store.deliveries.get(product.id, id ?? 0);
      expect(await detail(first?.id)).toMatchObject({ event: { type: "push" }, bodyBytes: 8 });
      expect(await detail(repeated?.id)).toMatchObject({ event: null, headers: null, body: null, bodyBytes: null });
      expect(await detail(again?.id)).toMatchObject({ again: 1, event: { type: "push" }, bodyBytes: 8 });
    });
  });
}
