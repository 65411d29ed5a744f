import { beforeEach, describe, expect, it } from "vitest";
import { advance, type Commit, type Deployment } from "../../../../server/model/deployment/deployment.ts";
import { type DeploymentState, deploymentStates, stateOf } from "../../../../server/model/deployment/moves.ts";
import type { InstallationId } from "../../../../server/model/names/ids.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { aFailure, aSpec, at, sha } from "../../../model/a-deployment.ts";
import { everyTransition, leadsTo } from "../../../model/every-transition.ts";
import {
  anInstallation,
  claimed,
  deploying,
  enqueued,
  type MakeStore,
  moved,
  ready,
  statusEvents,
  watched,
} from "../lifecycle.ts";

const later = new Date(at.getTime() + 60_000);
const commit: Commit = { sha, message: "Say hello", author: "Ada" };

/** The contract of a deployment's moves and of what changes with them. */
export function movesContract(make: MakeStore): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });

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
      expect(await statusEvents(store, started.id)).toEqual(["queued", "building", "deploying", "ready"]);
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
      const fail = (stale: Deployment) => store.deployments.move(stale, { type: "failed", at, failure: aFailure });
      expect(await fail(started)).toBeNull();
      const resumed = await moved(store, decided, { type: "resumed" });
      expect(await fail(decided)).toBeNull();
      expect(await store.deployments.get(started.id)).toEqual(resumed);
      expect(await statusEvents(store, started.id)).toEqual(["queued", "building", "deploying"]);
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
      const failed = await moved(store, failing, { type: "failed", at: later, failure: aFailure });
      expect(failed).toMatchObject({ status: "failed", failure: aFailure, finishedAt: later });
      expect(await liveOf(installation)).toEqual({ live: old.id, stopped: false });
    });

    it("goes back to stopped when it was stopped by hand before, and to nothing when nothing was ever ready", async () => {
      const [empty, stopped] = [await anInstallation(store), await anInstallation(store)];
      await ready(store, stopped);
      await store.installations.stop(stopped, at);
      for (const installation of [empty, stopped]) {
        await moved(store, await watched(store, installation), { type: "failed", at, failure: aFailure });
      }
      expect(await liveOf(empty)).toEqual({ live: null, stopped: false });
      expect(await liveOf(stopped)).toEqual({ live: null, stopped: true });
    });

    it("leaves the live version alone when another fails before the switch", async () => {
      const installation = await anInstallation(store);
      const old = await ready(store, installation);
      await moved(store, await deploying(store, installation), { type: "failed", at, failure: aFailure });
      expect(await liveOf(installation)).toEqual({ live: old.id, stopped: false });
    });
  });

  describe("the law", () => {
    /** A deployment in this state, brought there by legal moves, in an installation of its own. */
    async function inState(state: DeploymentState): Promise<Deployment> {
      const installation = await anInstallation(store);
      switch (state) {
        case "queued":
          return enqueued(store, installation);
        case "building":
          await enqueued(store, installation);
          return claimed(store);
        case "deploying/start":
          return deploying(store, installation);
        case "deploying/cut-over":
          return moved(store, await deploying(store, installation), { type: "checked" });
        case "deploying/watch":
          return watched(store, installation);
        case "ready":
          return ready(store, installation);
        case "failed":
          return moved(store, await inState("building"), { type: "failed", at, failure: aFailure });
        case "stopped":
          return moved(store, await inState("building"), { type: "cancelled", at });
      }
    }

    it.each(deploymentStates)("moves what is %s as the table of moves says, and in no other way", async (state) => {
      for (const transition of everyTransition) {
        const from = await inState(state);
        const to = await store.deployments.move(from, transition);
        expect([transition.type, to && stateOf(to)]).toEqual([transition.type, leadsTo(transition.type, state)]);
        expect(await store.deployments.get(from.id)).toEqual(to ?? from);
        if (to) expect(to).toEqual(advance(from, transition));
        // Superseded, so that the next claim does not take it.
        if (state === "queued" && !to) await store.deployments.move(from, { type: "superseded", at });
      }
    });
  });

  describe("recordCommit", () => {
    it("does nothing for an attempt that is not the current one", async () => {
      await enqueued(store, await anInstallation(store));
      const stale = await claimed(store);
      await moved(store, stale, { type: "requeued" });
      const current = await claimed(store);
      await store.deployments.recordCommit(stale, commit);
      expect(await store.deployments.get(current.id)).toEqual(current);
    });
  });

  describe("stop", () => {
    it("ends the live version and leaves it fit to be made live again", async () => {
      const installation = await anInstallation(store);
      const live = await ready(store, installation);
      expect(await store.installations.stop(installation, later, "Ada")).toEqual({ stopped: live.id });
      expect(await liveOf(installation)).toEqual({ live: null, stopped: true });
      expect(await store.deployments.get(live.id)).toMatchObject({
        status: "stopped",
        reason: "stopped by hand",
        stoppedBy: "Ada",
        readyAt: at,
        // What is sealed is opened by the copy.
        spec: { ...live.spec },
      });
      expect(await statusEvents(store, live.id)).toContain("stopped: stopped by hand");
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
}
