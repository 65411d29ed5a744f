import { beforeEach, describe, expect, it } from "vitest";
import { nothingSet } from "../../../../server/model/service-settings.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { at } from "../../../model/a-deployment.ts";
import { anInstallation, aProduct, claimed, enqueued, type MakeStore, moved, ready } from "../lifecycle.ts";

export function installationsContract(make: MakeStore): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });

  describe("installations", () => {
    const staging = async () => {
      const environment = await store.environments.create({ name: "staging", domain: "s.example.com", branch: "dev" });
      if (!environment) throw new Error("There is a staging already");
      return environment;
    };

    it("keep their environment from being removed until their rows are gone", async () => {
      const { environments, installations } = store;
      const { id } = await staging();
      const { product } = await aProduct(store);
      const there = await installations.create({ productId: product.id, environmentId: id, branch: null });
      if (!there) throw new Error("The product was not installed");
      expect(await environments.remove(id)).toBe("in-use");
      await installations.markDeleted(there.id, { keepVolumes: true });
      expect(await environments.remove(id)).toBe("in-use");
      await installations.purge(there.id);
      expect(await environments.remove(id)).toBe("removed");
      expect(await environments.get(id)).toBeNull();
    });

    it("are made in environments of their own, once for each place", async () => {
      const { id: environmentId } = await staging();
      expect(await store.environments.create({ name: "staging", domain: null, branch: null })).toBeNull();
      expect(await store.environments.get(environmentId)).toEqual({
        id: environmentId,
        name: "staging",
        domain: "s.example.com",
        branch: "dev",
      });
      const { product, installation } = await aProduct(store);
      const place = { productId: product.id, environmentId, branch: "dev" };
      const created = await store.installations.create(place);
      expect(created).toEqual({ id: created?.id, ...place, liveDeploymentId: null, stopped: false });
      expect(await store.installations.create(place)).toBeNull();
      expect(await store.installations.ofProduct(product.id)).toEqual([installation, created]);
      await store.products.markDeleted(product.id, { keepVolumes: true });
      expect(await store.installations.create(place)).toBeNull();
    });

    it("are copied with a new environment, with settings and own variables that are not secret", async () => {
      const { environments, installations, products } = store;
      const [shop, gone] = [await aProduct(store), await aProduct(store)];
      const { id } = shop.installation;
      const values = { LOG_LEVEL: "debug", TOKEN: "s3cret", SHARED: "own" };
      await products.changeVariables(shop.product.id, { SHARED: "1" }, []);
      const marks = { secret: { LOG_LEVEL: false, SHARED: false }, atBuild: { LOG_LEVEL: true } };
      await installations.changeVariables(id, values, [], marks);
      await installations.setServiceSettings(id, "web", { path: "/ready" });
      await products.markDeleted(gone.product.id, { keepVolumes: true });
      const wanted = { name: "demo", domain: null, branch: null };
      const copies = [
        { from: id, branch: "next" },
        { from: gone.installation.id, branch: null },
      ];
      const environment = await environments.create(wanted, copies);
      const made = (await installations.list()).filter((one) => one.environmentId === environment?.id);
      expect(made).toMatchObject([{ productId: shop.product.id, branch: "next", liveDeploymentId: null }]);
      const copy = made[0]?.id ?? id;
      expect(await installations.variables(copy)).toEqual({ LOG_LEVEL: "debug", SHARED: "1" });
      expect(await installations.visibleVariables(copy)).toEqual({ LOG_LEVEL: "debug" });
      expect(await installations.buildMarks(copy)).toEqual({ LOG_LEVEL: true });
      const web = { ...nothingSet, path: "/ready" };
      expect(await installations.serviceSettings(copy)).toEqual(new Map([["web", web]]));
      expect(await environments.create(wanted, [{ from: copy, branch: null }])).toBeNull();
      expect(await installations.ofProduct(shop.product.id)).toHaveLength(2);
    });

    it("are found with their product and their environment, and say when they or their product were deleted", async () => {
      const { installations, products } = store;
      const environment = await staging();
      const [shop, blog] = [await aProduct(store), await aProduct(store)];
      const there = await installations.create({ ...shop.installation, environmentId: environment.id });
      if (!there) throw new Error("The product was not installed");
      const [production] = await store.environments.list();
      const inStaging = { product: shop.product, environment, installation: there };
      const inProduction = { ...shop, environment: production };

      expect(await installations.installedProduct(there.id)).toEqual({ ...inStaging, isDeleted: false });
      expect(await installations.installedProducts({ products: [shop.product.id] })).toEqual([inProduction, inStaging]);
      const all = [inProduction, { ...blog, environment: production }, inStaging];
      expect(await installations.installedProducts()).toEqual(all);

      await installations.markDeleted(there.id, { keepVolumes: true });
      await products.markDeleted(blog.product.id, { keepVolumes: true });
      expect(await installations.installedProducts()).toEqual([inProduction]);
      expect(await installations.installedProducts({ products: [blog.product.id] })).toEqual([]);
      expect(await installations.installedProduct(there.id)).toEqual({ ...inStaging, isDeleted: true });
      expect(await installations.installedProduct(blog.installation.id)).toMatchObject({ isDeleted: true });
      await installations.purge(there.id);
      expect(await installations.installedProduct(there.id)).toBeNull();
    });

    it("that track no branch all take the first one, and only those", async () => {
      const { id: environmentId } = await staging();
      const { product, installation } = await aProduct(store, null);
      const place = { productId: product.id, environmentId, branch: "dev" };
      const there = await store.installations.create(place);
      const tracking = [{ ...installation, branch: "main" }, there];
      expect(await store.installations.trackFirst(product.id, "main")).toEqual(tracking);
      expect(await store.installations.trackFirst(product.id, "late")).toEqual(tracking);
      expect(await store.installations.ofProduct(product.id)).toEqual(tracking);
    });

    it("that are deleted free their place and hosts, end what they had going, and take nothing new", async () => {
      const { product, installation } = await aProduct(store);
      const { id } = installation;
      await store.domains.setCustom(id, "web", ["b.localhost"]);
      await store.domains.setFor(id, [{ host: "a.localhost", service: "web" }]);
      await enqueued(store, id);
      const running = await claimed(store);
      const waiting = await enqueued(store, id);

      await store.installations.markDeleted(id, { keepVolumes: true });
      expect(await store.installations.list()).toEqual([]);
      expect(await store.installations.ofProduct(product.id)).toEqual([]);
      expect(await store.installations.get(id)).toEqual(installation);
      expect(await store.installations.deleted()).toEqual([{ ...installation, keepVolumes: true }]);
      expect([await store.domains.list(), await store.domains.custom(id)]).toEqual([[], []]);
      expect(await store.deployments.get(waiting.id)).toMatchObject({ status: "stopped", reason: "cancelled" });
      expect(await store.deployments.cancelRequested()).toEqual([running.id]);
      expect(await store.deployments.list({ limit: 10 })).toEqual([]);
      expect(await store.deployments.list({ limit: 10, product: product.id })).toEqual([]);
      expect(await store.deployments.list({ limit: 10, installation: id })).toHaveLength(2);
      await expect(enqueued(store, id)).rejects.toThrow(/does not exist/);

      const { productId, environmentId, branch } = installation;
      const again = await store.installations.create({ productId, environmentId, branch });
      expect(again?.id).toBeGreaterThan(id);
      expect(await store.products.list()).toEqual([product]);
    });

    it("of a deleted product are deleted with it, and each remembers whether its volumes are kept", async () => {
      const { product, installation } = await aProduct(store);
      const { id: environmentId } = await staging();
      const other = await store.installations.create({ productId: product.id, environmentId, branch: null });
      if (!other) throw new Error("unreachable");
      await store.installations.markDeleted(other.id, { keepVolumes: true });
      await store.products.markDeleted(product.id, { keepVolumes: false });
      expect(await store.installations.deleted()).toEqual([
        { ...installation, keepVolumes: false },
        { ...other, keepVolumes: true },
      ]);
    });

    it("that are purged leave nothing, and only those that were deleted can be", async () => {
      const { product, installation } = await aProduct(store);
      const { id } = installation;
      const old = await ready(store, id);
      await enqueued(store, id, { trigger: "rollback", sourceId: old.id });
      await moved(store, await claimed(store), { type: "cancelled", at });
      await ready(store, id);
      await store.leases.port({ installation: id }, "db", { first: 20_000, last: 20_001 }, new Set());
      await store.installations.purge(id);
      expect(await store.installations.list()).toHaveLength(1);

      await store.installations.markDeleted(id, { keepVolumes: false });
      await store.installations.purge(id);
      expect(await store.installations.get(id)).toBeNull();
      expect(await store.deployments.get(old.id)).toBeNull();
      expect(await store.leases.ports({ installation: id })).toEqual(new Map());
      expect(await store.products.get(product.id)).toEqual(product);

      const second = await aProduct(store);
      await store.products.markDeleted(second.product.id, { keepVolumes: true });
      await store.installations.purge(second.installation.id);
      expect(await store.installations.get(second.installation.id)).toBeNull();
    });
  });

  describe("settings of services", () => {
    it("are kept for each service of an installation, and gone when nothing is set", async () => {
      const [one, other] = [await anInstallation(store), await anInstallation(store)];
      const { installations } = store;
      const all = {
        path: "/ready",
        intervalMs: 1,
        tryTimeoutMs: 2,
        timeoutMs: 3,
        successes: 4,
        memoryBytes: 2 ** 40,
        cpus: 0.5,
      };
      await installations.setServiceSettings(one, "web", all);
      await installations.setServiceSettings(one, "api", { ...nothingSet, successes: 1 });
      await installations.setServiceSettings(other, "web", { ...nothingSet, path: "/" });
      expect(await installations.serviceSettings(one)).toEqual(
        new Map([
          ["api", { ...nothingSet, successes: 1 }],
          ["web", all],
        ]),
      );
      await installations.setServiceSettings(one, "web", { ...nothingSet, cpus: 2 });
      await installations.setServiceSettings(one, "api", nothingSet);
      expect(await installations.serviceSettings(one)).toEqual(new Map([["web", { ...nothingSet, cpus: 2 }]]));
      await expect(installations.setServiceSettings(one, "web", { ...nothingSet, successes: 0 })).rejects.toThrow();
      await expect(installations.setServiceSettings(one, "web", { ...nothingSet, path: "no" })).rejects.toThrow();
    });

    it("stay where a change leaves them out, also when two changes are made at once", async () => {
      const installation = await anInstallation(store);
      const change = store.installations.setServiceSettings;
      await change(installation, "web", { path: "/ready" });
      await Promise.all([change(installation, "web", { cpus: 2 }), change(installation, "web", { successes: 5 })]);
      await change(installation, "web", {});
      const web = { ...nothingSet, path: "/ready", cpus: 2, successes: 5 };
      expect(await store.installations.serviceSettings(installation)).toEqual(new Map([["web", web]]));
    });
  });

  describe("how often services run", () => {
    it("is kept for each service, and gone when nothing is set any more", async () => {
      const [one, other] = [await anInstallation(store), await anInstallation(store)];
      const { setScaling, scalings, allScalings } = store.installations;
      expect(await scalings(one)).toEqual(new Map());
      await setScaling(one, "web", { replicas: 3 });
      await setScaling(one, "web", { sticky: true });
      await setScaling(one, "clock", { replicas: 32 });
      await setScaling(other, "web", { replicas: 1 });
      const wanted = new Map([
        ["web", { replicas: 3, sticky: true }],
        ["clock", { replicas: 32, sticky: null }],
      ]);
      expect(await scalings(one)).toEqual(wanted);
      const all = await allScalings();
      expect(all.get(one)).toEqual(wanted);
      expect(all.get(other)).toEqual(new Map([["web", { replicas: 1, sticky: null }]]));
      await setScaling(one, "web", { replicas: null });
      await setScaling(one, "clock", { replicas: null });
      expect(await scalings(one)).toEqual(new Map([["web", { replicas: null, sticky: true }]]));
      await setScaling(one, "web", { sticky: null });
      await setScaling(one, "web", {});
      expect(await scalings(one)).toEqual(new Map());
      expect((await allScalings()).has(one)).toBe(false);
    });
  });
}
