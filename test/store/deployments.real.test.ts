import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { advance, type Commit } from "../../server/model/deployment.ts";
import type { DeploymentId, InstallationId } from "../../server/model/ids.ts";
import type { Store } from "../../server/ports/store.ts";
import { aFailure, aSpec, at, sha } from "../model/a-deployment.ts";
import {
  anInstallation,
  aProduct,
  aRequest,
  claimed,
  deploying,
  enqueued,
  moved,
  ready,
  watched,
} from "./lifecycle.ts";
import { type ScratchDatabase, scratchDatabase } from "./scratch-database.ts";

const later = new Date(at.getTime() + 60_000);
const commit: Commit = { sha, message: "Say hello", author: "Ada" };

let database: ScratchDatabase;
let store: Store;

beforeAll(async () => {
  database = await scratchDatabase();
  store = database.store;
});
afterEach(() => database.sql`delete from products`);
afterAll(() => database.remove());

const ids = (deployments: readonly { readonly id: DeploymentId }[]) => deployments.map(({ id }) => id);

const statusEvents = async (id: DeploymentId) =>
  (await store.events.read(id, 0, 100)).flatMap((event) =>
    event.type === "status" ? [event.reason ? `${event.status}: ${event.reason}` : event.status] : [],
  );

const liveOf = async (installation: InstallationId) => {
  const found = await store.installations.get(installation);
  return { live: found?.liveDeploymentId, stopped: found?.stopped };
};

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
        attempt: 0,
        createdAt: at,
      },
    });
    expect(await store.deployments.get(id)).toEqual(outcome !== "changed" && outcome.deployment);
    expect(await statusEvents(id)).toEqual(["queued"]);
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
    await moved(store, building, { type: "claim", at });
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
    expect(await statusEvents(push.id)).toEqual(["queued", "stopped: superseded by a newer push"]);
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
    await store.products.markDeleted(product.id);
    for (const id of [installation.id, 0 as InstallationId]) {
      await expect(store.deployments.enqueue(aRequest(id), at)).rejects.toThrow(`Installation ${id} does not exist`);
    }
  });

  it("stores texts that a database would refuse", async () => {
    const hostile = { sha, message: "NUL \0 and half a pair \ud800", author: "\udc00" } as Commit;
    const { id } = await enqueued(store, await anInstallation(store), { commit: hostile, ref: "a\0b" });
    expect(await store.deployments.get(id)).toMatchObject({
      ref: "a\ufffdb",
      commit: { message: "NUL \ufffd and half a pair \ufffd", author: "\ufffd" },
    });
  });
});

describe("claim", () => {
  it("takes the oldest, under a new attempt, and says so", async () => {
    const first = await enqueued(store, await anInstallation(store));
    await enqueued(store, await anInstallation(store));
    expect(await store.deployments.claim(4, later)).toEqual({
      ...first,
      status: "building",
      attempt: 1,
      startedAt: later,
    });
    expect(await statusEvents(first.id)).toEqual(["queued", "building"]);
  });

  it("takes nothing while as many build as may, and the next when one has built", async () => {
    for (let count = 0; count < 3; count++) await enqueued(store, await anInstallation(store));
    const first = await store.deployments.claim(2, at);
    expect(await store.deployments.claim(2, at)).not.toBeNull();
    expect(await store.deployments.claim(2, at)).toBeNull();
    if (!first) throw new Error("Nothing was claimed");
    await moved(store, first, { type: "built", spec: aSpec() });
    expect(await store.deployments.claim(2, at)).not.toBeNull();
  });

  it("passes over an installation that has one running, until that is over", async () => {
    const busy = await anInstallation(store);
    const running = await deploying(store, busy);
    const waiting = await enqueued(store, busy);
    const other = await enqueued(store, await anInstallation(store));
    expect((await claimed(store)).id).toBe(other.id);
    expect(await store.deployments.claim(100, at)).toBeNull();
    await moved(store, running, { type: "fail", at, failure: aFailure });
    expect((await claimed(store)).id).toBe(waiting.id);
  });

  it("takes what was requeued before what came later", async () => {
    const first = await enqueued(store, await anInstallation(store));
    await enqueued(store, await anInstallation(store));
    await moved(store, await claimed(store), { type: "requeue" });
    expect(await claimed(store)).toMatchObject({ id: first.id, attempt: 2 });
  });
});

describe("move", () => {
  it("goes all the way, keeping the spec as it was built", async () => {
    const installation = await anInstallation(store);
    const spec = { ...aSpec(), variables: { B: "2", A: "1" } };
    const started = await deploying(store, installation, spec);
    expect(started).toMatchObject({ status: "deploying", step: "start", spec });
    const switched = await moved(store, await moved(store, started, { type: "checked" }), {
      type: "switched",
      at: later,
      replacedId: null,
    });
    expect(await moved(store, switched, { type: "held", at: later })).toMatchObject({
      status: "ready",
      spec,
      liveAt: later,
      readyAt: later,
    });
    expect(await statusEvents(started.id)).toEqual(["queued", "building", "deploying", "ready"]);
  });

  it("resolves with the commit that was recorded meanwhile", async () => {
    await enqueued(store, await anInstallation(store));
    const building = await claimed(store);
    await store.deployments.recordCommit(building, commit);
    expect(await moved(store, building, { type: "built", spec: aSpec() })).toMatchObject({ commit });
  });

  it("writes nothing when the row has another status, step or attempt", async () => {
    const installation = await anInstallation(store);
    const started = await deploying(store, installation);
    const decided = await moved(store, started, { type: "checked" });
    const resumed = await moved(store, decided, { type: "resume" });
    for (const stale of [started, decided]) {
      const to = advance(stale, { type: "fail", at, failure: aFailure });
      expect(to && (await store.deployments.move(stale, to))).toBeNull();
    }
    expect(await store.deployments.get(started.id)).toEqual(resumed);
    expect(await statusEvents(started.id)).toEqual(["queued", "building", "deploying"]);
  });

  it("makes a version live at the switch, and starts an installation that was stopped", async () => {
    const installation = await anInstallation(store);
    const first = await ready(store, installation);
    await store.installations.stop(installation, at);
    expect(await liveOf(installation)).toEqual({ live: null, stopped: true });
    const second = await watched(store, installation);
    expect(await liveOf(installation)).toEqual({ live: second.id, stopped: false });
    expect(first.id).not.toBe(second.id);
  });

  it("puts the replaced version back when the new one fails while it is watched", async () => {
    const installation = await anInstallation(store);
    const old = await ready(store, installation);
    const failing = await watched(store, installation);
    expect(failing).toMatchObject({ replacedId: old.id });
    const failed = await moved(store, failing, { type: "fail", at: later, failure: aFailure });
    expect(failed).toMatchObject({ status: "failed", failure: aFailure, finishedAt: later });
    expect(await liveOf(installation)).toEqual({ live: old.id, stopped: false });
  });

  it("goes back to stopped when it was stopped by hand before, and to nothing when nothing was ever ready", async () => {
    const [empty, stopped] = [await anInstallation(store), await anInstallation(store)];
    await ready(store, stopped);
    await store.installations.stop(stopped, at);
    for (const installation of [empty, stopped]) {
      await moved(store, await watched(store, installation), { type: "fail", at, failure: aFailure });
    }
    expect(await liveOf(empty)).toEqual({ live: null, stopped: false });
    expect(await liveOf(stopped)).toEqual({ live: null, stopped: true });
  });

  it("leaves the live version alone when another fails before the switch", async () => {
    const installation = await anInstallation(store);
    const old = await ready(store, installation);
    await moved(store, await deploying(store, installation), { type: "fail", at, failure: aFailure });
    expect(await liveOf(installation)).toEqual({ live: old.id, stopped: false });
  });

  it("takes a failure whose lines hold what a database would refuse", async () => {
    const building = await deploying(store, await anInstallation(store));
    const failure = { ...aFailure, lastLines: ["\0", "\\u0000", "\ud83d", "\ud83d\ude00"] };
    expect(await moved(store, building, { type: "fail", at, failure })).toMatchObject({
      failure: { lastLines: ["\ufffd", "\\u0000", "\ufffd", "\ud83d\ude00"] },
    });
  });
});

describe("recordCommit", () => {
  it("does nothing for an attempt that is not the current one", async () => {
    await enqueued(store, await anInstallation(store));
    const stale = await claimed(store);
    await moved(store, stale, { type: "requeue" });
    const current = await claimed(store);
    await store.deployments.recordCommit(stale, commit);
    expect(await store.deployments.get(current.id)).toEqual(current);
  });
});

describe("requestCancel", () => {
  it("ends a queued one at once", async () => {
    const { id } = await enqueued(store, await anInstallation(store));
    expect(await store.deployments.requestCancel(id, later)).toBe("stopped");
    expect(await store.deployments.get(id)).toMatchObject({
      status: "stopped",
      reason: "cancelled",
      finishedAt: later,
    });
    expect(await statusEvents(id)).toEqual(["queued", "stopped: cancelled"]);
  });

  it("asks one that is building or starting to stop, and it cannot be cut over any more", async () => {
    const started = await deploying(store, await anInstallation(store));
    await enqueued(store, await anInstallation(store));
    const building = await claimed(store);
    for (const { id } of [building, started]) expect(await store.deployments.requestCancel(id, at)).toBe("asked");
    expect(await store.deployments.cancelRequested()).toEqual([started.id, building.id].sort((a, b) => a - b));

    const decided = advance(started, { type: "checked" });
    expect(decided && (await store.deployments.move(started, decided))).toBeNull();
    await moved(store, started, { type: "stop", at, reason: "cancelled" });
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
    expect(await statusEvents(building.id)).toEqual(["queued", "building", "queued"]);

    const late = advance(building, { type: "built", spec: aSpec() });
    expect(late && (await store.deployments.move(building, late))).toBeNull();
  });

  it("twice is as good as once", async () => {
    const started = await deploying(store, await anInstallation(store));
    await store.deployments.rescue();
    expect((await store.deployments.rescue()).requeued).toEqual([]);
    expect(await store.deployments.get(started.id)).toMatchObject({ status: "deploying", attempt: 3 });
  });
});

describe("stop", () => {
  it("ends the live version and leaves it fit to be made live again", async () => {
    const installation = await anInstallation(store);
    const live = await ready(store, installation);
    expect(await store.installations.stop(installation, later)).toEqual({ stopped: live.id });
    expect(await liveOf(installation)).toEqual({ live: null, stopped: true });
    expect(await store.deployments.get(live.id)).toMatchObject({
      status: "stopped",
      reason: "stopped by hand",
      readyAt: at,
      spec: live.spec,
    });
    expect(await statusEvents(live.id)).toContain("stopped: stopped by hand");
  });

  it("is refused while a deployment is running, and changes nothing then", async () => {
    const installation = await anInstallation(store);
    const live = await ready(store, installation);
    await deploying(store, installation);
    expect(await store.installations.stop(installation, at)).toBeNull();
    expect(await liveOf(installation)).toEqual({ live: live.id, stopped: false });
  });

  it("is remembered when nothing was live", async () => {
    const installation = await anInstallation(store);
    expect(await store.installations.stop(installation, at)).toEqual({ stopped: null });
    expect(await liveOf(installation)).toEqual({ live: null, stopped: true });
  });
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
    await moved(store, await deploying(store, installation), { type: "fail", at: later, failure: aFailure });
    expect(ids(await store.deployments.lastReady(installation, 5))).toEqual([second.id, first.id]);
    expect(ids(await store.deployments.lastReady(installation, 1))).toEqual([second.id]);
  });
});
