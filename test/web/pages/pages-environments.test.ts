import { beforeEach, describe, expect, test } from "vitest";
import type { Installation, Product } from "../../../server/model/product.ts";
import { nothingSet, type ServiceSettings } from "../../../server/model/service-settings.ts";
import { aMember, type Member } from "../member.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let member: Member;
let shop: { product: Product; installation: Installation };
beforeEach(async () => {
  world = await createWorld();
  member = await aMember(world);
  shop = await world.samples.product("shop");
});

const install = (environment: string) =>
  world.read("/api/product-deployments", { method: "POST", body: { product: "shop", environment } });
const names = async () => (await world.store.environments.list()).map(({ name }) => name);

describe("environments", () => {
  test("are listed with what is installed there, from the System page and a product's settings", async () => {
    expect((await member.get("/system")).html).toContain('href="/environments"');
    expect((await member.get("/products/shop/settings")).html).toContain('href="/environments"');
    expect((await member.get("/environments")).html).toContain('href="/products/shop"');
  });

  test("are created, and removed again while nothing is installed there", async () => {
    const created = await member.post("/environments", { name: "staging", branch: "develop", domain: "" });
    expect(created.text).toContain("Created staging.");
    expect(await names()).toEqual(["production", "staging"]);

    await install("staging");
    const inUse = await member.post("/environments/staging/remove");
    expect([inUse.status, inUse.text]).toEqual([409, expect.stringContaining("remove its products from it first")]);
    const [, staging] = await world.store.installations.list();
    await world.store.installations.markDeleted(staging?.id as Installation["id"], { keepVolumes: true });
    await world.store.installations.purge(staging?.id as Installation["id"]);
    expect((await member.post("/environments/staging/remove")).location).toBe("/environments?done=removed");
    expect(await names()).toEqual(["production"]);
    expect((await member.post("/environments/production/remove")).status).toBe(409);
  });

  test("that are refused say why, and keep what was typed", async () => {
    const typed = { name: "Staging!", branch: "develop", domain: "staging.example.com" };
    const { status, html } = await member.post("/environments", typed);
    expect(status).toBe(400);
    for (const value of ["Staging!", "develop", "staging.example.com"]) expect(html).toContain(`value="${value}"`);
    expect((await member.post("/environments", { name: "production" })).status).toBe(409);
    expect((await member.post("/environments", { name: "demo", copyFrom: "nowhere" })).status).toBe(409);
    expect(await names()).toEqual(["production"]);
  });

  test("are copied with settings and what is not secret of the variables", async () => {
    const { id } = shop.installation;
    await world.store.installations.changeVariables(id, { LOG_LEVEL: "debug", TOKEN: "s3cret" }, [], {
      secret: { LOG_LEVEL: false },
      atBuild: { LOG_LEVEL: true },
    });
    await world.store.products.changeVariables(shop.product.id, { SHARED: "1" }, []);
    const settings: ServiceSettings = { ...nothingSet, path: "/ready" };
    await world.store.installations.setServiceSettings(id, "web", settings);
    const { text } = await member.post("/environments", { name: "staging", copyFrom: "production" });
    expect(text).toMatch(/shop : installed\. Set its secret variables yourself.* TOKEN /);
    expect(text).not.toContain("s3cret");

    const { installations } = world.store;
    const copy = (await installations.ofProduct(shop.product.id))[1]?.id as Installation["id"];
    expect(await installations.variables(copy)).toEqual({ SHARED: "1", LOG_LEVEL: "debug" });
    expect(await installations.visibleVariables(copy)).toEqual({ LOG_LEVEL: "debug" });
    expect(await installations.buildMarks(copy)).toEqual({ LOG_LEVEL: true });
    expect((await installations.serviceSettings(copy)).get("web")).toEqual(settings);
  });

  test("are copied and removed by the API, too", async () => {
    const body = { name: "staging", copyFrom: "production" };
    const made = await world.read("/api/environments", { method: "POST", body });
    expect(made).toMatchObject({
      status: 201,
      json: { name: "staging", copied: [{ product: "shop", refused: null, secrets: [] }] },
    });
    const path = `/api/environments/${made.json.id}`;
    expect((await world.api(path, { method: "DELETE" })).status).toBe(409);
    const empty = await world.read("/api/environments", { method: "POST", body: { name: "demo" } });
    expect((await world.api(`/api/environments/${empty.json.id}`, { method: "DELETE" })).status).toBe(204);
    expect((await world.api(`/api/environments/${empty.json.id}`, { method: "DELETE" })).status).toBe(404);
    expect(await names()).toEqual(["production", "staging"]);
  });
});

describe("shared variables", () => {
  const path = "/environments/production/variables";
  const shared = async () => {
    const [production] = await world.store.environments.list();
    return production ? world.store.environments.variables(production.id) : null;
  };

  test("of a pasted file are previewed with their names and lengths, and saved once they are confirmed", async () => {
    await member.post(path, { name: "SAME", value: "1" });
    const file = "SAME=1\nAPI_KEY='canary # three'\nNODE_ENV=production";
    const preview = await member.post(path, { file });
    expect(preview.status).toBe(200);
    expect(preview.text).toMatch(/API_KEY new 14 characters .*NODE_ENV new production .*SAME unchanged 1 character /);
    expect(preview.text).toContain("Save 3 variables");
    expect(await shared()).toEqual({ SAME: "1" });
    expect((await member.post(path, { file, save: "yes" })).location).toBe(`${path}?done=saved&count=3`);
    expect(await shared()).toEqual({ SAME: "1", API_KEY: "canary # three", NODE_ENV: "production" });
    const { text, html } = await member.get(path);
    expect(text).toContain("Shared variables of production");
    expect(html).not.toContain("canary");
    expect(world.store.rows.audit.at(-1)).toMatchObject({
      subject: "production",
      detail: expect.stringContaining("API_KEY"),
    });
  });

  test("of a pasted file are refused by their lines, and the lines stay", async () => {
    const file = "GOOD=1\nmy key=canary";
    const preview = await member.post(path, { file });
    expect([preview.status, preview.text]).toEqual([400, expect.stringContaining("Line 2:")]);
    expect(preview.text).toContain("Save 1 valid variable");
    const half = await member.post(path, { file, save: "yes" });
    expect(half.html).toContain(">my key=canary</textarea>");
    expect(await shared()).toEqual({ GOOD: "1" });
  });

  test("that nobody may read are not compared with what is pasted, so a guess tells nothing", async () => {
    await member.post(path, { name: "KEY", value: "canary", visibility: "write-only" });
    for (const guess of ["wrong", "canary"]) {
      expect((await member.post(path, { file: `KEY=${guess}` })).text).toContain("KEY changed");
    }
    expect((await member.post(`${path}/reveal`, { reveal: "KEY" })).status).toBe(409);
  });

  test("are revealed one at a time, and the activity says whose", async () => {
    for (const name of ["ONE", "TWO"]) await member.post(path, { name, value: `canary-${name}`, visibility: "secret" });
    const { html } = await member.post(`${path}/reveal`, { reveal: "ONE" });
    expect([html.includes("canary-ONE"), html.includes("canary-TWO")]).toEqual([true, false]);
    expect(world.store.rows.audit.at(-1)).toMatchObject({ subject: "production", detail: "ONE" });
  });

  test("of an environment that is not there are not found", async () => {
    expect((await member.get("/environments/nowhere/variables")).status).toBe(404);
  });
});
