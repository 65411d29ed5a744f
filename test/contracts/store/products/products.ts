import { beforeEach, describe, expect, it } from "vitest";
import type { DeploymentId, EnvironmentId, InstallationId, ProductId } from "../../../../server/model/names/ids.ts";
import { parseSlug, type Slug } from "../../../../server/model/product.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { at } from "../../../model/a-deployment.ts";
import { aProduct, claimed, enqueued, type MakeStore, moved, ready } from "../lifecycle.ts";

const slug = (text: string): Slug => {
  const parsed = parseSlug(text);
  if (!parsed) throw new Error(`${text} is no slug`);
  return parsed;
};

export function productsContract(make: MakeStore): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });

  describe("a store", () => {
    it("has an instance id and the production environment from the start", async () => {
      expect(store.instance).toMatch(/^[a-z0-9]{8}$/);
      const [production, ...others] = await store.environments.list();
      expect(production).toMatchObject({ name: "production", domain: null });
      expect(others).toEqual([]);
      expect(production && (await store.environments.get(production.id))).toEqual(production);
      expect(await store.environments.get(0 as EnvironmentId)).toBeNull();
    });

    it("answers", async () => {
      await store.ping();
    });
  });

  describe("products", () => {
    const hello = { slug: slug("hello"), repository: null, branch: null };

    it("are made with their installation in production, once for each slug", async () => {
      const created = await store.products.create(hello);
      const [production] = await store.environments.list();
      expect(created).toMatchObject({
        product: { slug: "hello", repository: null },
        installation: { environmentId: production?.id, branch: null, liveDeploymentId: null, stopped: false },
      });
      expect(await store.products.create(hello)).toBeNull();
      expect(await store.products.list()).toEqual([created?.product]);
      expect(await store.products.bySlug(slug("hello"))).toEqual(created?.product);
      expect(created && (await store.installations.ofProduct(created.product.id))).toEqual([created?.installation]);
    });

    it("are listed by name, page by page, all of them or some", async () => {
      const made = [];
      for (const name of ["alpha", "beta", "gamma"])
        made.push(await store.products.create({ ...hello, slug: slug(name) }));
      const names = async (page: Parameters<Store["products"]["list"]>[0]) =>
        (await store.products.list(page)).map((product) => product.slug);
      expect(await names({ limit: 2 })).toEqual(["alpha", "beta"]);
      expect(await names({ limit: 2, after: slug("beta") })).toEqual(["gamma"]);
      const products = [made[0], made[2]].flatMap((one) => one?.product.id ?? []);
      expect(await names({ limit: 2, products })).toEqual(["alpha", "gamma"]);
      expect(await names({ limit: 2, products: [] })).toEqual([]);
    });

    it("that do not exist are null", async () => {
      expect(await store.products.bySlug(slug("nobody"))).toBeNull();
      expect(await store.products.get(0 as ProductId)).toBeNull();
      expect(await store.installations.get(0 as InstallationId)).toBeNull();
      expect(await store.deployments.get(0 as DeploymentId)).toBeNull();
    });

    it("can have their repository, branch, watch and who reads their logs changed", async () => {
      const { product, installation } = await aProduct(store);
      await store.products.update(product.id, { repository: "https://example.org/app.git" });
      await store.products.update(product.id, {});
      expect(await store.products.get(product.id)).toMatchObject({ watch: "wait", hidesLogs: false });
      await store.products.update(product.id, { watch: "background", hidesLogs: true });
      await store.installations.setBranch(installation.id, "release/;$(x)");
      expect(await store.products.get(product.id)).toMatchObject({
        repository: "https://example.org/app.git",
        watch: "background",
        hidesLogs: true,
      });
      expect(await store.installations.get(installation.id)).toMatchObject({ branch: "release/;$(x)" });
    });

    it("can have all of it changed at once, and lose the token of a former repository with it", async () => {
      const { product, installation } = await aProduct(store);
      const other = await aProduct(store);
      await store.products.update(product.id, { source: { token: "t", rootDirectory: "apps" } });
      await store.products.update(product.id, {
        repository: "https://example.org/app.git",
        source: { token: null },
        branches: [
          { installation: installation.id, branch: "next" },
          { installation: other.installation.id, branch: "next" },
        ],
      });
      expect(await store.products.get(product.id)).toMatchObject({ repository: "https://example.org/app.git" });
      expect(await store.sources.get(product.id)).toMatchObject({ hasToken: false, rootDirectory: "apps" });
      expect(await store.installations.get(installation.id)).toMatchObject({ branch: "next" });
      expect(await store.installations.get(other.installation.id)).toMatchObject({ branch: "main" });
    });

    it("that are deleted free their slug and hosts, and end what they had going", async () => {
      const created = await store.products.create(hello);
      if (!created) throw new Error("unreachable");
      const { product, installation } = created;
      await store.domains.setFor(installation.id, [{ host: "hello.localhost", service: "web" }]);
      await enqueued(store, installation.id);
      const running = await claimed(store);
      const waiting = await enqueued(store, installation.id);

      await store.products.markDeleted(product.id, { keepVolumes: true });
      expect(await store.products.list()).toEqual([]);
      expect(await store.products.bySlug(product.slug)).toBeNull();
      expect(await store.products.deleted()).toEqual([product]);
      expect(await store.products.get(product.id)).toEqual(product);
      expect(await store.installations.list()).toEqual([]);
      expect(await store.installations.ofProduct(product.id)).toHaveLength(1);
      expect(await store.domains.list()).toEqual([]);
      expect(await store.deployments.list({ limit: 10 })).toEqual([]);
      expect(await store.deployments.list({ limit: 10, product: product.id })).toHaveLength(2);
      expect(await store.deployments.get(waiting.id)).toMatchObject({ status: "stopped", reason: "cancelled" });
      expect(await store.deployments.cancelRequested()).toEqual([running.id]);

      expect(await store.products.create(hello)).not.toBeNull();
    });

    it("that are purged leave nothing, whatever had happened to them", async () => {
      const { product, installation } = await aProduct(store);
      const old = await ready(store, installation.id);
      await enqueued(store, installation.id, { trigger: "rollback", sourceId: old.id });
      await moved(store, await claimed(store), { type: "cancelled", at });
      await ready(store, installation.id);
      await store.installations.changeVariables(installation.id, { A: "1" }, []);
      await store.leases.port({ deployment: old.id }, "web", { first: 20_000, last: 20_001 }, new Set());

      await store.products.purge(product.id);
      expect(await store.products.get(product.id)).toEqual(product);
      await store.products.markDeleted(product.id, { keepVolumes: true });
      await store.products.purge(product.id);
      expect(await store.products.get(product.id)).toBeNull();
      expect(await store.products.deleted()).toEqual([]);
      expect(await store.installations.get(installation.id)).toBeNull();
      expect(await store.installations.variables(installation.id)).toEqual({});
      expect(await store.deployments.get(old.id)).toBeNull();
      expect(await store.events.read(old.id, 0, 10)).toEqual([]);
      expect(await store.leases.holders()).toEqual([]);
    });
  });
}
