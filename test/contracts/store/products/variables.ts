import { beforeEach, describe, expect, it } from "vitest";
import type { RefuseVariables } from "../../../../server/model/values/variable-scope.ts";
import type { Store } from "../../../../server/ports/store/store.ts";
import { anInstallation, aProduct, type MakeStore } from "../lifecycle.ts";

export function variablesContract(make: MakeStore): void {
  let store: Store;
  beforeEach(async () => {
    ({ store } = await make());
  });

  describe("variables", () => {
    it("are set, changed and removed by name, and listed without their values", async () => {
      const installation = await anInstallation(store);
      await store.installations.changeVariables(installation, { B: "2", A: "1", C: "" }, []);
      await store.installations.changeVariables(installation, { A: "one", D: "ü \n 😀" }, ["B", "NEVER_SET"]);
      expect(await store.installations.variableNames(installation)).toEqual(["A", "C", "D"]);
      expect(await store.installations.variables(installation)).toEqual({ A: "one", C: "", D: "ü \n 😀" });
      expect(await store.installations.variables(await anInstallation(store))).toEqual({});
    });

    it("that are set and unset at once are set", async () => {
      const installation = await anInstallation(store);
      await store.installations.changeVariables(installation, { A: "1" }, ["A"]);
      expect(await store.installations.variableNames(installation)).toEqual(["A"]);
    });
  });

  describe("variables of a product", () => {
    it("are its installations', whose own win, and go with an own one that is unset", async () => {
      const { product, installation } = await aProduct(store);
      const other = await anInstallation(store);
      await store.products.changeVariables(product.id, { SHARED: "1", BOTH: "1", GONE: "1" }, []);
      await store.products.changeVariables(product.id, { SHARED: "2" }, ["GONE"]);
      await store.installations.changeVariables(installation.id, { BOTH: "own", OWN: "3" }, []);
      expect(await store.products.variableNames(product.id)).toEqual(["BOTH", "SHARED"]);
      expect(await store.installations.variableNames(installation.id)).toEqual(["BOTH", "OWN", "SHARED"]);
      expect(await store.installations.variables(installation.id)).toEqual({ BOTH: "own", OWN: "3", SHARED: "2" });
      await store.installations.changeVariables(installation.id, {}, ["BOTH"]);
      expect(await store.installations.variables(installation.id)).toEqual({ BOTH: "1", OWN: "3", SHARED: "2" });
      expect(await store.installations.variables(other)).toEqual({});
    });

    it("say whether builds get them; an own one that does not say goes by them", async () => {
      const { product, installation } = await aProduct(store);
      const { id } = installation;
      await store.products.changeVariables(product.id, { A: "1", B: "1", C: "1", D: "1" }, [], {
        atBuild: { A: true, B: true },
      });
      await store.installations.changeVariables(id, { A: "2", B: "2", E: "1" }, [], {
        atBuild: { B: false, E: false, NONE: true },
      });
      expect(await store.installations.buildMarks(id)).toEqual({ A: true, B: false, E: false });
      await store.products.changeVariables(product.id, { A: "3" }, [], { atBuild: { C: false } });
      await store.installations.changeVariables(id, {}, [], { atBuild: { E: null } });
      expect(await store.installations.buildMarks(id)).toEqual({ A: true, B: false, C: false });
    });
  });

  describe("variables that are not secret", () => {
    it("are listed with their values; a secret becomes visible with a new value only", async () => {
      const { product, installation } = await aProduct(store);
      const { id } = installation;
      const change = store.installations.changeVariables;
      await store.products.changeVariables(product.id, { BOTH: "1", ALL: "1" }, [], {
        secret: { BOTH: false, ALL: false },
      });
      await change(id, { BOTH: "own", KEY: "1", LOG_LEVEL: "debug" }, [], { secret: { LOG_LEVEL: false } });
      expect(await store.installations.visibleVariables(id)).toEqual({ ALL: "1", LOG_LEVEL: "debug" });
      await change(id, { LOG_LEVEL: "info" }, [], { secret: { KEY: false, BOTH: false } });
      expect(await store.installations.visibleVariables(id)).toEqual({ ALL: "1", LOG_LEVEL: "info" });
      await change(id, { KEY: "2" }, [], { secret: { KEY: false, LOG_LEVEL: true } });
      expect(await store.installations.visibleVariables(id)).toEqual({ ALL: "1", KEY: "2" });
      expect(await store.installations.variableEntries(id)).toEqual([
        { name: "ALL", value: "1", atBuild: null, isWriteOnly: false, from: "product" },
        { name: "BOTH", value: null, atBuild: null, isWriteOnly: false, from: "installation" },
        { name: "KEY", value: "2", atBuild: null, isWriteOnly: false, from: "installation" },
        { name: "LOG_LEVEL", value: null, atBuild: null, isWriteOnly: false, from: "installation" },
      ]);
      expect(await store.products.variableEntries(product.id)).toMatchObject([
        { name: "ALL", value: "1", from: "product" },
        { name: "BOTH", value: "1", from: "product" },
      ]);
    });

    it("may have dots and dashes in their names", async () => {
      const id = await anInstallation(store);
      await store.installations.changeVariables(id, { "spring.datasource.url": "1", "x-y": "2" }, []);
      expect(await store.installations.variableNames(id)).toEqual(["spring.datasource.url", "x-y"]);
    });
  });

  describe("write-only variables", () => {
    it("are secret, and stay write-only until they get another value", async () => {
      const id = await anInstallation(store);
      const marks = async () =>
        (await store.installations.variableEntries(id)).map(({ value, isWriteOnly }) => [value, isWriteOnly]);
      await store.installations.changeVariables(id, { A: "1" }, [], { secret: { A: false } });
      await store.installations.changeVariables(id, {}, [], { writeOnly: { A: true } });
      expect(await marks()).toEqual([[null, true]]);
      await store.installations.changeVariables(id, {}, [], { writeOnly: { A: false }, secret: { A: false } });
      expect(await marks()).toEqual([[null, true]]);
      await store.installations.changeVariables(id, { A: "2" }, []);
      expect(await marks()).toEqual([[null, true]]);
      await store.installations.changeVariables(id, { A: "3" }, [], { writeOnly: { A: false } });
      expect(await marks()).toEqual([[null, false]]);
      await store.installations.changeVariables(id, {}, [], { writeOnly: { A: true } });
      await store.installations.changeVariables(id, { A: "4" }, [], { secret: { A: false } });
      expect(await marks()).toEqual([["4", false]]);
    });
  });

  describe("shared variables of an environment", () => {
    it("are those of every product there, whose own win", async () => {
      const [one, other] = [await aProduct(store), await aProduct(store)];
      const { environmentId } = one.installation;
      const { changeVariables } = store.environments;
      await changeVariables(environmentId, { ALL: "e", OVER: "e", OWN: "e" }, [], {
        atBuild: { ALL: true, OVER: true },
        secret: { ALL: false },
      });
      await store.products.changeVariables(one.product.id, { OVER: "p", OWN: "p" }, []);
      await store.installations.changeVariables(one.installation.id, { OWN: "i" }, []);
      expect(await store.installations.variables(one.installation.id)).toEqual({ ALL: "e", OVER: "p", OWN: "i" });
      expect(await store.installations.variables(other.installation.id)).toEqual({ ALL: "e", OVER: "e", OWN: "e" });
      expect(await store.installations.buildMarks(one.installation.id)).toEqual({ ALL: true, OVER: true });
      expect(await store.installations.variableEntries(one.installation.id)).toMatchObject([
        { name: "ALL", value: "e", from: "environment" },
        { name: "OVER", value: null, from: "product" },
        { name: "OWN", value: null, from: "installation" },
      ]);
      expect(await store.environments.variableEntries(environmentId)).toMatchObject([
        { name: "ALL", value: "e", from: "environment" },
        { name: "OVER", value: null },
        { name: "OWN", value: null },
      ]);
      expect(await store.environments.variables(environmentId)).toEqual({ ALL: "e", OVER: "e", OWN: "e" });
      const copy = await store.environments.create({ name: "copy", domain: null, branch: null }, [], environmentId);
      expect(copy && (await store.environments.variables(copy.id))).toEqual({ ALL: "e" });
      await changeVariables(environmentId, {}, ["ALL", "OVER", "OWN"]);
      expect(await store.installations.variables(other.installation.id)).toEqual({});
      if (copy) await store.environments.remove(copy.id);
    });
  });

  describe("a scope of variables", () => {
    it("has the variables of all products that are referred to, however indirectly, in the same environment", async () => {
      const [web, shop, db] = [await aProduct(store), await aProduct(store), await aProduct(store)];
      const { id } = web.installation;
      await store.installations.changeVariables(id, { A: `\${{ ${shop.product.slug}.B }}`, X: "$${X}" }, []);
      await store.products.changeVariables(shop.product.id, { B: `\${{${db.product.slug}.C}}` }, []);
      await store.installations.changeVariables(db.installation.id, { C: "3" }, [], { secret: { C: false } });
      const scope = (await store.installations.variableScopes([id])).get(id);
      expect(scope).toMatchObject({ product: web.product.slug, environment: "production" });
      const variable = (product: string, name: string) => scope?.products.get(product)?.get(name);
      expect(variable(web.product.slug, "A")).toMatchObject({ isSecret: true, refers: true });
      expect(variable(web.product.slug, "X")).toMatchObject({ refers: false });
      expect(variable(shop.product.slug, "B")).toMatchObject({ refers: true });
      expect(variable(db.product.slug, "C")).toEqual({ value: "3", isSecret: false, refers: false, atBuild: null });
      await store.products.markDeleted(db.product.id, { keepVolumes: false });
      const later = (await store.installations.variableScopes([id])).get(id);
      expect(later?.products.has(db.product.slug)).toBe(false);
    });

    it("decides whether a change stands, and undoes one that does not", async () => {
      const { product, installation } = await aProduct(store);
      const { id, environmentId } = installation;
      await store.installations.changeVariables(id, { A: "1" }, []);
      const seen: unknown[] = [];
      const refuse: RefuseVariables = (scopes) => {
        seen.push(scopes.map((scope) => [scope.product, scope.products.get(scope.product)?.get("A")?.value]));
        return "no";
      };
      expect(await store.installations.changeVariables(id, { A: "2" }, [], {}, refuse)).toBe("no");
      expect(await store.products.changeVariables(product.id, { A: "3" }, [], {}, refuse)).toBe("no");
      expect(await store.environments.changeVariables(environmentId, { A: "4" }, [], {}, refuse)).toBe("no");
      expect(seen).toEqual([[[product.slug, "2"]], [[product.slug, "1"]], [["", "4"]]]);
      expect(await store.installations.variables(id)).toEqual({ A: "1" });
      expect(await store.installations.changeVariables(id, { A: "2" }, [], {}, () => null)).toBeNull();
      expect(await store.installations.variables(id)).toEqual({ A: "2" });
    });
  });
}
