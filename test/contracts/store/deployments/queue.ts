import { beforeEach, describe, expect, it } from "vitest";
import type { Commit } from "../../../../server/model/deployment/deployment.ts";
import type { DeploymentId, InstallationId } from "../../../../server/model/names/ids.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { aFailure, aSpec, at, sha } from "../../../model/a-deployment.ts";
import {
  anInstallation,
  aProduct,
  aRequest,
  claimed,
  deploying,
  enqueued,
  ids,
  type MakeStore,
  moved,
  statusEvents,
} from "../lifecycle.ts";

const later = new Date(at.getTime() + 60_000);
const commit: Commit = { sha, message: "Say hello", author: "Ada" };

/** The contract of the queue: which deployments may run, in which order, and how many at once. */
export function queueContract(make: MakeStore): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });

  describe("enqueue", () => {
    it("writes intent: numbered, with all that was asked for, and says so", async () => {
      const { installation } = await aProduct(store);
      const id = await store.deployments.reserveId();
      const asked = aRequest(installation.id, { id, commit, by: "ada", ref: "main" });
      const outcome = await store.deployments.enqueue(asked, at);
      expect(outcome).toEqual({
        superseded: [],
        deployment: {
          status: "queued",
          id,
          installationId: installation.id,
          number: 1,
          trigger: "push",
          by: "ada",
          ref: "main",
          commit,
          sourceId: null,
          variables: "now",
          fresh: false,
          dataBefore: null,
          sessionId: null,
          attempt: 0,
          createdAt: at,
        },
      });
      expect(await store.deployments.get(id)).toEqual(outcome !== "changed" && outcome.deployment);
      expect(await statusEvents(store, id)).toEqual(["queued"]);
    });

    it("numbers each installation's deployments by themselves", async () => {
      const [one, other] = [await anInstallation(store), await anInstallation(store)];
      const numbers = [];
      for (const installation of [one, one, other, one]) numbers.push((await enqueued(store, installation)).number);
      expect(numbers).toEqual([1, 2, 1, 3]);
    });

    it("ends queued pushes and webhooks when it supersedes, and nothing that was asked for by name", async () => {
      const installation = await anInstallation(store);
      const elsewhere = await enqueued(store, await anInstallation(store));
      const building = await enqueued(store, installation);
      await moved(store, building, { type: "claimed", at });
      const push = await enqueued(store, installation);
      const webhook = await enqueued(store, installation, { trigger: "webhook" });
      const redeploy = await enqueued(store, installation, { trigger: "redeploy" });
      const rollback = await enqueued(store, installation, { trigger: "rollback" });
      const api = await enqueued(store, installation, { trigger: "api" });

      const outcome = await store.deployments.enqueue(aRequest(installation, { supersedes: true }), later);
      expect(outcome).toMatchObject({ superseded: [push.id, webhook.id] });
      expect(await store.deployments.get(push.id)).toMatchObject({
        status: "stopped",
        reason: "superseded by a newer push",
        finishedAt: later,
      });
      expect(await statusEvents(store, push.id)).toEqual(["queued", "stopped: superseded by a newer push"]);
      const waiting = ids((await store.deployments.queue()).queued);
      expect(waiting).toEqual(expect.arrayContaining([elsewhere.id, redeploy.id, rollback.id, api.id]));
      expect(await store.deployments.get(building.id)).toMatchObject({ status: "building" });
    });

    it("writes nothing when another push came after the one that was looked at", async () => {
      const installation = await anInstallation(store);
      const first = await enqueued(store, installation, { newestUndecidedPush: null });
      const guarded = (newestUndecidedPush: DeploymentId | null) =>
        store.deployments.enqueue(aRequest(installation, { newestUndecidedPush, supersedes: true }), at);

      expect(await guarded(null)).toBe("changed");
      expect(ids(await store.deployments.undecided(installation))).toEqual([first.id]);
      expect(await guarded(first.id)).toMatchObject({ superseded: [first.id] });
      expect(await guarded(first.id)).toBe("changed");
    });

    it("does not count a redeploy as a push that came in between", async () => {
      const installation = await anInstallation(store);
      await enqueued(store, installation, { trigger: "redeploy" });
      expect((await enqueued(store, installation, { newestUndecidedPush: null })).number).toBe(2);
    });

    it("refuses an installation that does not exist, or whose product was deleted", async () => {
      const { product, installation } = await aProduct(store);
      await store.products.markDeleted(product.id, { keepVolumes: true });
      for (const id of [installation.id, 0 as InstallationId]) {
        await expect(store.deployments.enqueue(aRequest(id), at)).rejects.toThrow(`Installation ${id} does not exist`);
      }
    });
  });

  describe("claim", () => {
    it("takes the oldest, under a new attempt, and says so", async () => {
      const first = await enqueued(store, await anInstallation(store));
      await enqueued(store, await anInstallation(store));
      expect(await store.deployments.claim(4, () => later)).toEqual({
        ...first,
        status: "building",
        attempt: 1,
        startedAt: later,
        cancelRequestedAt: null,
      });
      expect(await statusEvents(store, first.id)).toEqual(["queued", "building"]);
    });

    it("takes nothing while as many build as may, and the next when one has built", async () => {
      for (let count = 0; count < 3; count++) await enqueued(store, await anInstallation(store));
      const first = await store.deployments.claim(2, () => at);
      expect(await store.deployments.claim(2, () => at)).not.toBeNull();
      expect(await store.deployments.claim(2, () => at)).toBeNull();
      if (!first) throw new Error("Nothing was claimed");
      await moved(store, first, { type: "built", spec: aSpec() });
      expect(await store.deployments.claim(2, () => at)).not.toBeNull();
    });

    it("passes over an installation that has one running, until that is over", async () => {
      const busy = await anInstallation(store);
      const running = await deploying(store, busy);
      const waiting = await enqueued(store, busy);
      const other = await enqueued(store, await anInstallation(store));
      expect((await claimed(store)).id).toBe(other.id);
      expect(await store.deployments.claim(100, () => at)).toBeNull();
      await moved(store, running, { type: "failed", at, failure: aFailure });
      expect((await claimed(store)).id).toBe(waiting.id);
    });

    it("takes what was requeued before what came later", async () => {
      const first = await enqueued(store, await anInstallation(store));
      await enqueued(store, await anInstallation(store));
      await moved(store, await claimed(store), { type: "requeued" });
      expect(await claimed(store)).toMatchObject({ id: first.id, attempt: 2 });
    });
  });
}
