import { beforeEach, describe, expect, it } from "vitest";
import type { RouteSpec } from "../../../../server/model/deployment/spec.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { anInstallation, claimed, enqueued, type MakeStore } from "../lifecycle.ts";

export function domainsContract(make: MakeStore): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });

  describe("domains", () => {
    const route = (host: string, service = "web") => ({ host, service });

    it("are replaced by what is set", async () => {
      const installation = await anInstallation(store);
      expect(await store.domains.setFor(installation, [route("a.localhost"), route("b.localhost")])).toBe("ok");
      expect(await store.domains.setFor(installation, [route("b.localhost", "api"), route("c.localhost")])).toBe("ok");
      expect(await store.domains.list()).toEqual([
        { installation, ...route("b.localhost", "api"), waits: false },
        { installation, ...route("c.localhost"), waits: false },
      ]);
      expect(await store.domains.setFor(installation, [])).toBe("ok");
      expect(await store.domains.list()).toEqual([]);
    });

    it("of another installation are not taken, and nothing else is written then", async () => {
      const [one, other] = [await anInstallation(store), await anInstallation(store)];
      await store.domains.setFor(one, [route("a.localhost")]);
      await store.domains.setFor(other, [route("b.localhost")]);
      expect(await store.domains.setFor(other, [route("c.localhost"), route("a.localhost")])).toEqual({
        taken: "a.localhost",
        by: one,
      });
      expect((await store.domains.list()).map(({ host }) => host)).toEqual(["a.localhost", "b.localhost"]);
    });
  });

  describe("custom domains", () => {
    const route = (host: string, service = "web") => ({ host, service });

    it("are replaced for each service, and move between services of one installation", async () => {
      const installation = await anInstallation(store);
      expect(await store.domains.setCustom(installation, "web", ["b.example.com", "a.example.com"])).toBe("ok");
      expect(await store.domains.setCustom(installation, "api", ["api.example.com", "b.example.com"])).toBe("ok");
      expect(await store.domains.custom(installation)).toEqual([
        route("a.example.com"),
        route("api.example.com", "api"),
        route("b.example.com", "api"),
      ]);
      expect(await store.domains.setCustom(installation, "api", [])).toBe("ok");
      expect(await store.domains.custom(installation)).toEqual([route("a.example.com")]);
      expect(await store.domains.list()).toEqual([]);
    });

    it("are served together with their change, for all services, or nothing is written", async () => {
      const [installation, other] = [await anInstallation(store), await anInstallation(store)];
      const { setCustom } = store.domains;
      const served = (custom: readonly RouteSpec[]) => [route("shop.localhost"), ...custom];
      await setCustom(installation, "api", ["b.example.com"]);
      expect(await setCustom(installation, "web", ["a.example.com"], served)).toBe("ok");
      const custom = [route("a.example.com"), route("b.example.com", "api")];
      const hosts = {
        custom,
        served: [...custom, route("shop.localhost")].map((one) => ({ ...one, waits: false })),
      };
      expect(await store.domains.hostsOf(installation)).toEqual(hosts);
      await store.domains.setFor(other, [route("taken.localhost")]);
      const withTaken = () => [route("taken.localhost")];
      expect(await setCustom(installation, "web", ["c.example.com"], withTaken)).toEqual({
        taken: "taken.localhost",
        by: other,
      });
      expect(await store.domains.hostsOf(installation)).toEqual(hosts);
      expect(await setCustom(installation, "web", [])).toBe("ok");
      expect((await store.domains.hostsOf(installation)).served).toEqual(hosts.served);
    });

    it("are restored with the served hosts, also those that moved to another service", async () => {
      const installation = await anInstallation(store);
      await store.domains.setCustom(installation, "api", ["a.example.com"], (custom) => custom);
      const before = await store.domains.hostsOf(installation);
      await store.domains.setCustom(installation, "web", ["a.example.com", "b.example.com"], (custom) => custom);
      expect(await store.domains.restore(installation, before)).toBe("ok");
      expect(await store.domains.hostsOf(installation)).toEqual(before);
      await enqueued(store, installation);
      await claimed(store);
      expect(await store.domains.restore(installation, { custom: [], served: [] })).toBe("busy");
      expect(await store.domains.hostsOf(installation)).toEqual(before);
    });

    it("belong to one installation, be they served or only given", async () => {
      const [one, other] = [await anInstallation(store), await anInstallation(store)];
      await store.domains.setFor(one, [route("served.example.com")]);
      await store.domains.setCustom(one, "web", ["given.example.com"]);
      for (const taken of ["served.example.com", "given.example.com"]) {
        expect(await store.domains.ownerOf(taken)).toBe(one);
        expect(await store.domains.setCustom(other, "web", ["free.example.com", taken])).toEqual({ taken, by: one });
        expect(await store.domains.setFor(other, [route("free.example.com"), route(taken)])).toEqual({
          taken,
          by: one,
        });
      }
      expect(await store.domains.ownerOf("free.example.com")).toBeNull();
      expect(await store.domains.setCustom(one, "web", ["given.example.com", "served.example.com"])).toBe("ok");
    });

    it("are not changed under a deployment that is running", async () => {
      const installation = await anInstallation(store);
      await enqueued(store, installation);
      expect(await store.domains.setCustom(installation, "web", ["a.example.com"])).toBe("ok");
      await claimed(store);
      expect(await store.domains.setCustom(installation, "web", [])).toBe("busy");
      expect(await store.domains.custom(installation)).toEqual([route("a.example.com")]);
    });
  });
}
