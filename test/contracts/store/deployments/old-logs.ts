import { beforeEach, describe, expect, it } from "vitest";
import type { DeploymentId, InstallationId } from "../../../../server/model/names/ids.ts";
import type { LogRetention } from "../../../../server/ports/store/deployments.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { aFailure, at } from "../../../model/a-deployment.ts";
import { anInstallation, claimed, enqueued, type MakeStore, moved, ready } from "../lifecycle.ts";

const removed = "Its log was removed";
const retention: LogRetention = { before: null, keepNewest: null, keepReady: 1, note: removed };
const later = (seconds: number) => new Date(at.getTime() + seconds * 1_000);

/** The contract of how long logs of deployments are kept. */
export function oldLogsContract(make: MakeStore): void {
  let store: Store;
  let installation: InstallationId;
  beforeEach(async () => {
    ({ store } = await make());
    installation = await anInstallation(store);
  });

  async function settled(id: DeploymentId): Promise<DeploymentId> {
    await store.events.append(id, [
      { type: "log", source: "build", service: "web", lines: ["a line"] },
      { type: "settled" },
    ]);
    return id;
  }

  async function failed(): Promise<DeploymentId> {
    await enqueued(store, installation);
    const { id } = await moved(store, await claimed(store), { type: "failed", at, failure: aFailure });
    return settled(id);
  }

  const typesOf = async (id: DeploymentId) => (await store.events.read(id, 0, 100)).map(({ type }) => type);
  const isPruned = async (id: DeploymentId) => !(await typesOf(id)).includes("log");

  describe("old logs", () => {
    it("are removed, and what became of the deployment stays, with a note that says so", async () => {
      const id = await failed();
      expect(await store.events.pruneLogs({ ...retention, before: later(1) }, 10)).toBe(1);
      expect(await typesOf(id)).toEqual(["status", "status", "status", "settled", "note"]);
      expect((await store.events.read(id, 0, 100)).at(-1)).toMatchObject({ text: removed });
      expect(await store.deployments.get(id)).toMatchObject({ status: "failed", failure: aFailure });
    });

    it("are removed once, the oldest first and no more than asked for", async () => {
      const [first, second] = [await failed(), await failed()];
      const old = { ...retention, before: later(1) };
      expect(await store.events.pruneLogs(old, 1)).toBe(1);
      expect([await isPruned(first), await isPruned(second)]).toEqual([true, false]);
      expect(await store.events.pruneLogs(old, 10)).toBe(1);
      expect(await store.events.pruneLogs(old, 10)).toBe(0);
    });

    it("are kept until their time has come, and for ever when nothing limits it", async () => {
      await failed();
      expect(await store.events.pruneLogs({ ...retention, before: at }, 10)).toBe(0);
      expect(await store.events.pruneLogs(retention, 10)).toBe(0);
    });

    it("are removed beyond a number for each installation", async () => {
      const ids = [await failed(), await failed(), await failed()];
      installation = await anInstallation(store);
      ids.push(await failed());
      expect(await store.events.pruneLogs({ ...retention, keepNewest: 2 }, 10)).toBe(1);
      expect(await Promise.all(ids.map(isPruned))).toEqual([true, false, false, false]);
    });

    it("stay for the live version, for the last ones that were ready, and for what is not settled", async () => {
      const ids: DeploymentId[] = [];
      for (const seconds of [1, 2, 3]) {
        ids.push(await settled((await ready(store, installation, later(seconds))).id));
      }
      await enqueued(store, installation);
      const unsettled = await moved(store, await claimed(store), { type: "failed", at, failure: aFailure });
      await store.events.pruneLogs({ ...retention, before: later(100), keepReady: 2 }, 10);
      expect(await Promise.all(ids.map(isPruned))).toEqual([true, false, false]);
      expect((await store.events.read(unsettled.id, 0, 100)).some(({ type }) => type === "note")).toBe(false);
    });
  });
}
