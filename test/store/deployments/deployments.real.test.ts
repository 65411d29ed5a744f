import { describe, expect, it } from "vitest";
import { advance, type Commit } from "../../../server/model/deployment/deployment.ts";
import type { DeploymentId, InstallationId } from "../../../server/model/names/ids.ts";
import type { Store } from "../../../server/ports/store/store.ts";
import { aFailure, aSpec, at, sha } from "../../model/a-deployment.ts";
import { anInstallation, aProduct, claimed, deploying, enqueued, moved, ready, watched } from "../lifecycle.ts";
import { useScratchDatabase } from "../scratch-database.ts";

const later = new Date(at.getTime() + 60_000);
const commit: Commit = { sha, message: "Say hello", author: "Ada" };

let store: Store;
useScratchDatabase((opened) => {
  store = opened.store;
});

const ids = (deployments: readonly { readonly id: DeploymentId }[]) => deployments.map(({ id }) => id);

const statusEvents = async (id: DeploymentId) =>
  (await store.events.read(id, 0, 100)).flatMap((event) =>
    event.type === "status" ? [event.reason ? `${event.status}: ${event.reason}` : event.status] : [],
  );

const liveOf = async (installation: InstallationId) => {
  const found = await store.installations.get(installation);
  return { live: found?.liveDeploymentId, stopped: found?.stopped };
};

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
