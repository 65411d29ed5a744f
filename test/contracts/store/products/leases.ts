import { beforeEach, describe, expect, it } from "vitest";
import type { DeploymentId } from "../../../../server/model/names/ids.ts";
import { PoolExhausted } from "../../../../server/ports/store/leases.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { anInstallation, enqueued, type MakeStore } from "../lifecycle.ts";

export function leasesContract(make: MakeStore): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });

  describe("leases", () => {
    const range = { first: 20_000, last: 20_002 };
    const lease = (id: DeploymentId, service: string, avoid: number[] = []) =>
      store.leases.port({ deployment: id }, service, range, new Set(avoid));
    const pool = "10.214.0.0/25";

    it("give the lowest free port, the same again, and another when that is to be avoided", async () => {
      const { id } = await enqueued(store, await anInstallation(store));
      expect(await lease(id, "web")).toBe(20_000);
      expect(await lease(id, "web")).toBe(20_000);
      expect(await lease(id, "api", [20_001])).toBe(20_002);
      expect(await lease(id, "web", [20_000])).toBe(20_001);
      expect(await store.leases.ports({ deployment: id })).toEqual(
        new Map([
          ["web", 20_001],
          ["api", 20_002],
        ]),
      );
    });

    it("give nothing twice, say when there is nothing left, and take it back", async () => {
      const [one, other] = [
        await enqueued(store, await anInstallation(store)),
        await enqueued(store, await anInstallation(store)),
      ];
      for (const service of ["a", "b"]) await lease(one.id, service);
      expect(await lease(other.id, "a")).toBe(20_002);
      await expect(lease(other.id, "b")).rejects.toThrow(PoolExhausted);
      await store.leases.release({ deployment: one.id });
      expect(await lease(other.id, "b")).toBe(20_000);
      expect(await store.leases.ports({ deployment: one.id })).toEqual(new Map());
    });

    it("go on with the installation where a service outlives its deployment, and there alone", async () => {
      const installation = await anInstallation(store);
      const { id } = await enqueued(store, installation);
      for (const service of ["web", "db"]) await lease(id, service);
      await store.leases.handOver(id, installation, ["db"]);
      await store.leases.handOver(id, installation, ["db"]);
      await store.leases.handOver(id, installation, []);
      expect(await store.leases.ports({ installation })).toEqual(new Map([["db", 20_001]]));
      expect(await store.leases.ports({ deployment: id })).toEqual(new Map([["web", 20_000]]));

      const next = await enqueued(store, installation);
      await lease(next.id, "db");
      await store.leases.handOver(next.id, installation, ["db"]);
      expect(await store.leases.ports({ installation })).toEqual(new Map([["db", 20_001]]));
    });

    it("give a network that overlaps nothing in use, the same again, and another when that is in use by now", async () => {
      const [one, other] = [
        await enqueued(store, await anInstallation(store)),
        await enqueued(store, await anInstallation(store)),
      ];
      expect(await store.leases.subnet({ deployment: one.id }, pool, ["10.214.0.0/27"])).toBe("10.214.0.32/27");
      expect(await store.leases.subnet({ deployment: one.id }, pool, [])).toBe("10.214.0.32/27");
      expect(await store.leases.subnet({ deployment: other.id }, pool, [])).toBe("10.214.0.0/27");
      expect(await store.leases.subnet({ deployment: one.id }, pool, ["10.214.0.48/28"])).toBe("10.214.0.64/27");
      await expect(store.leases.subnet({ deployment: other.id }, pool, ["10.0.0.0/8"])).rejects.toThrow(PoolExhausted);
    });

    it("name who holds something", async () => {
      const [one, other, none] = [
        await enqueued(store, await anInstallation(store)),
        await enqueued(store, await anInstallation(store)),
        await enqueued(store, await anInstallation(store)),
      ];
      await lease(one.id, "web");
      await store.leases.subnet({ deployment: one.id }, pool, []);
      await store.leases.subnet({ deployment: other.id }, pool, []);
      expect(await store.leases.holders()).toEqual([one.id, other.id]);
      expect(await store.leases.holders()).not.toContain(none.id);
    });
  });
}
