import { beforeEach, describe, expect, it } from "vitest";
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
        { name: "ALL", value: "1", atBuild: null, isShared: true },
        { name: "BOTH", value: null, atBuild: null, isShared: false },
        { name: "KEY", value: "2", atBuild: null, isShared: false },
        { name: "LOG_LEVEL", value: null, atBuild: null, isShared: false },
      ]);
      expect(await store.products.variableEntries(product.id)).toMatchObject([
        { name: "ALL", value: "1", isShared: true },
        { name: "BOTH", value: "1", isShared: true },
      ]);
    });

    it("may have dots and dashes in their names", async () => {
      const id = await anInstallation(store);
      await store.installations.changeVariables(id, { "spring.datasource.url": "1", "x-y": "2" }, []);
      expect(await store.installations.variableNames(id)).toEqual(["spring.datasource.url", "x-y"]);
    });
  });
}
