import { beforeEach, describe, expect, it } from "vitest";
import { dismissalOf } from "../../../../server/model/deployment/dismissal.ts";
import { outlineOf } from "../../../../server/model/deployment/spec.ts";
import { nothingSet } from "../../../../server/model/service-settings.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { aFailure, at } from "../../../model/a-deployment.ts";
import { anInstallation, aProduct, claimed, enqueued, ids, type MakeStore, moved, ready } from "../lifecycle.ts";

/** What lists read of many products at once. */
export function overviewContract(make: MakeStore): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });

  const failed = async (installation: Awaited<ReturnType<typeof anInstallation>>) => {
    await enqueued(store, installation);
    return moved(store, await claimed(store), { type: "failed", at, failure: aFailure });
  };

  describe("an overview", () => {
    it("has each installation with its newest deployment, and whether its failure was dismissed", async () => {
      const [one, other] = [await aProduct(store), await aProduct(store)];
      await ready(store, one.installation.id);
      const { id, number, status, createdAt } = await failed(one.installation.id);
      const newest = { id, number, status, createdAt };
      const find = async () =>
        (await store.installations.overview()).map(({ newest, isDismissed }) => [newest, isDismissed]);
      expect(await find()).toEqual([
        [newest, false],
        [null, false],
      ]);
      await store.settings.set(dismissalOf({ installationId: one.installation.id }), String(id));
      expect(await find()).toEqual([
        [newest, true],
        [null, false],
      ]);
      await store.products.markDeleted(one.product.id, { keepVolumes: true });
      expect((await store.installations.overview()).map(({ product }) => product)).toEqual([other.product]);
    });

    it("of some deployments has the installations that they belong to, and nothing of none", async () => {
      const [one, other] = [await anInstallation(store), await anInstallation(store)];
      const older = await enqueued(store, one);
      await enqueued(store, other);
      const newest = await enqueued(store, one);
      const found = await store.installations.overview([older.id]);
      expect(found.map((row) => [row.installation.id, row.newest?.id])).toEqual([[one, newest.id]]);
      expect(await store.installations.overview([])).toEqual([]);
    });
  });

  describe("pages", () => {
    it("of products and of their installations begin after the last one of the page before", async () => {
      const made = [await aProduct(store), await aProduct(store), await aProduct(store)];
      const bySlug = made.map(({ product }) => product).sort((a, b) => (a.slug < b.slug ? -1 : 1));
      expect(await store.products.list({ limit: 2 })).toEqual(bySlug.slice(0, 2));
      expect(await store.products.list({ limit: 2, after: bySlug[1]?.slug })).toEqual(bySlug.slice(2));
      const { installations } = store;
      const page = async (limit: number, after?: (typeof made)[number]["installation"]["id"]) =>
        (await installations.installedProducts({ limit, after })).map(({ installation }) => installation.id);
      const all = made.map(({ installation }) => installation.id);
      expect(await page(2)).toEqual(all.slice(0, 2));
      expect(await page(2, all[1])).toEqual(all.slice(2));
      const [first] = all;
      expect(first && (await installations.installedProducts({ ids: [first] }))).toHaveLength(1);
      expect(await installations.installedProducts({ ids: [] })).toEqual([]);
    });
  });

  describe("what is read of several", () => {
    it("are deployments by id, and the last ready ones of each installation", async () => {
      const [one, other] = [await anInstallation(store), await anInstallation(store)];
      const later = new Date(at.getTime() + 60_000);
      const [first, second] = [await ready(store, one), await ready(store, one, later)];
      const third = await ready(store, other);
      expect(ids(await store.deployments.getAll([third.id, first.id]))).toEqual([first.id, third.id]);
      expect(await store.deployments.getAll([])).toEqual([]);
      expect(ids(await store.deployments.lastReadyOf([other, one], 1))).toEqual([second.id, third.id]);
      expect(ids(await store.deployments.lastReadyOf([one], 2))).toEqual([second.id, first.id]);
      expect(await store.deployments.lastReadyOf([], 2)).toEqual([]);
    });

    it("is what versions consist of, without their specs", async () => {
      const one = await ready(store, await anInstallation(store));
      const other = await enqueued(store, await anInstallation(store));
      const outlines = await store.deployments.outlines([one.id, other.id]);
      expect(outlines).toEqual(new Map([[one.id, outlineOf(one.spec)]]));
      expect(await store.deployments.outlines([])).toEqual(new Map());
    });

    it("are hosts, variables and settings, of each its own", async () => {
      const [one, other] = [await aProduct(store), await aProduct(store)];
      const here = one.installation.id;
      const there = other.installation.id;
      await store.domains.setFor(here, [{ host: "b.localhost", service: "web" }]);
      await store.domains.setFor(there, [{ host: "a.localhost", service: "web" }]);
      expect((await store.domains.list([here])).map(({ host }) => host)).toEqual(["b.localhost"]);
      expect((await store.domains.list([here, there])).map(({ host }) => host)).toEqual(["a.localhost", "b.localhost"]);
      await store.domains.setCustom(there, "web", ["shop.example.com"]);
      expect(await store.domains.customOf([here, there])).toEqual([
        { host: "shop.example.com", service: "web", installation: there },
      ]);
      await store.products.changeVariables(one.product.id, { A: "shared", B: "shared" }, [], { atBuild: { B: true } });
      await store.installations.changeVariables(here, { A: "own" }, []);
      const scopes = await store.installations.variableScopes([here, there]);
      const own = scopes.get(here)?.products.get(one.product.slug);
      expect(own?.get("A")).toMatchObject({ value: "own", atBuild: null });
      expect(own?.get("B")).toMatchObject({ value: "shared", atBuild: true });
      expect(scopes.get(there)?.products.get(other.product.slug)).toEqual(new Map());
      expect(await store.products.variableNamesOf([one.product.id, other.product.id])).toEqual(
        new Map([[one.product.id, ["A", "B"]]]),
      );
      await store.installations.setServiceSettings(there, "web", { ...nothingSet, cpus: 2 });
      expect(await store.installations.serviceSettingsOf([here, there])).toEqual(
        new Map([[there, new Map([["web", { ...nothingSet, cpus: 2 }]])]]),
      );
    });
  });

  describe("the revision", () => {
    it.each<[string, (made: Awaited<ReturnType<typeof aProduct>>) => Promise<unknown>]>([
      ["a product is made", () => aProduct(store)],
      ["a product changes", ({ product }) => store.products.update(product.id, { watch: "background" })],
      ["a product is deleted", ({ product }) => store.products.markDeleted(product.id, { keepVolumes: true })],
      [
        "an installation is deleted",
        ({ installation }) => store.installations.markDeleted(installation.id, { keepVolumes: true }),
      ],
      ["an installation is stopped", ({ installation }) => store.installations.stop(installation.id, at)],
      [
        "its hosts change",
        ({ installation }) => store.domains.setFor(installation.id, [{ host: "r.localhost", service: "web" }]),
      ],
      [
        "a failure is dismissed",
        ({ installation }) => store.settings.set(dismissalOf({ installationId: installation.id }), "1"),
      ],
    ])("grows when %s", async (_, change) => {
      const made = await aProduct(store);
      const before = store.revision();
      await change(made);
      expect(store.revision()).toBeGreaterThan(before);
    });
  });

  describe("the count of changes", () => {
    it.each<[string, (made: Awaited<ReturnType<typeof aProduct>>) => Promise<unknown>]>([
      ["a product changes", ({ product }) => store.products.update(product.id, { watch: "background" })],
      ["a deployment is asked for", ({ installation }) => enqueued(store, installation.id)],
      ["a setting is written", () => store.settings.set("color", "blue")],
      ["a variable is set", ({ installation }) => store.installations.changeVariables(installation.id, { A: "1" }, [])],
    ])("has grown when %s", async (_, change) => {
      const made = await aProduct(store);
      const before = store.changes();
      await change(made);
      expect(store.changes()).toBeGreaterThan(before);
    });
  });
}
