import { beforeEach, describe, expect, test } from "vitest";
import type { Installation, Product } from "../../../server/model/product.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let product: Product;
let installation: Installation;
beforeEach(async () => {
  world = await createWorld();
  ({ product, installation } = await world.samples.product("shop"));
});

const read: World["read"] = (path, init) => world.read(path, init);
const make = (body: unknown) => read("/api/environments", { method: "POST", body });
const install = (body: unknown) => read("/api/product-deployments", { method: "POST", body });

describe("environments", () => {
  test("are made with a domain and a branch, or without, and listed", async () => {
    const made = await make({ name: "staging", domain: "staging.example.com", branch: "develop" });
    expect(made).toEqual({
      status: 201,
      json: { id: expect.any(Number), name: "staging", domain: "staging.example.com", branch: "develop", copied: [] },
    });
    expect((await make({ name: "demo" })).json).toMatchObject({ domain: "localhost", branch: null });
    expect((await read("/api/environments")).json.items.map(({ name }) => name)).toEqual([
      "production",
      "staging",
      "demo",
    ]);
  });

  test.each(["staging", "production"])("have names of their own: not another %s", async (name) => {
    await make({ name: "staging" });
    const message = `there is already an environment named "${name}"`;
    expect(await make({ name })).toEqual({ status: 409, json: { error: { code: "conflict", message } } });
  });

  test.each([
    [{ name: "Staging" }, /^name: 1 to 22 characters/],
    [{ name: "x".repeat(23) }, /^name: 1 to 22 characters/],
    [{ name: "a", domain: "no host" }, /^domain: enter a host name in lower case/],
    [{ name: "a", domain: "{env.HOME}.com" }, /^domain: enter a host name/],
    [{ name: "a", branch: "--exec=x" }, /^branch: enter a branch, tag or commit$/],
    [{ name: "a", engine: "x" }, /^"engine" is not a field of this call$/],
  ])("as %j are refused in one sentence", async (body, message) => {
    const answer = await make(body);
    expect([answer.status, answer.json.error.code]).toEqual([400, "invalid"]);
    expect(answer.json.error.message).toMatch(message);
  });
});

describe("a product in another environment", () => {
  beforeEach(() => make({ name: "staging", branch: "develop" }));

  test("is installed there, empty, and tracks what the environment says, or what is asked for", async () => {
    const made = await install({ product: "shop", environment: "staging" });
    expect(made).toMatchObject({
      status: 201,
      json: { product: "shop", environment: "staging", branch: "develop", status: "empty", urls: [], stacks: [] },
    });
    await make({ name: "demo" });
    const demo = await install({ product: "shop", environment: "demo", branch: "next" });
    expect(demo.json.branch).toBe("next");
    expect((await read("/api/products/shop")).json.productDeployments).toEqual([
      { id: installation.id, environment: "production" },
      { id: made.json.id, environment: "staging" },
      { id: demo.json.id, environment: "demo" },
    ]);
  });

  test("is installed once", async () => {
    await install({ product: "shop", environment: "staging" });
    const message = "shop is already installed in staging";
    const conflict = { status: 409, json: { error: { code: "conflict", message } } };
    expect(await install({ product: "shop", environment: "staging" })).toEqual(conflict);
  });

  test.each([
    [{ product: "nobody", environment: "staging" }, 'there is no product "nobody"'],
    [{ product: "shop", environment: "nowhere" }, 'there is no environment "nowhere"'],
  ])("is not installed as %j", async (body, message) => {
    expect(await install(body)).toEqual({ status: 404, json: { error: { code: "not_found", message } } });
  });

  test("is not installed where its address is taken, be it by a name or by what is served", async () => {
    await world.samples.product("shop-staging");
    const answer = await install({ product: "shop", environment: "staging" });
    expect([answer.status, answer.json.error.message]).toEqual([
      409,
      "the address shop-staging.localhost belongs to shop-staging",
    ]);
    const { installation: other } = await world.samples.product("cafe");
    await world.store.domains.setCustom(other.id, "web", ["cafe-staging.localhost"]);
    await world.samples.product("bar");
    await world.store.domains.setCustom(other.id, "api", ["bar-staging.localhost"]);
    const taken = await install({ product: "bar", environment: "staging" });
    expect(taken.json.error.message).toBe("the address bar-staging.localhost belongs to cafe");
    expect((await install({ product: "cafe", environment: "staging" })).status).toBe(409);
  });

  test("keeps its address from a product that would be named like it", async () => {
    await install({ product: "shop", environment: "staging" });
    const answer = await read("/api/products", { method: "POST", body: { name: "shop-staging" } });
    expect([answer.status, answer.json.error.message]).toEqual([
      409,
      "the address shop-staging.localhost belongs to shop in staging",
    ]);
  });

  test("can track another branch", async () => {
    const path = `/api/product-deployments/${installation.id}`;
    expect((await read(path, { method: "PATCH", body: { branch: "release/1" } })).json.branch).toBe("release/1");
    expect((await read(path, { method: "PATCH", body: {} })).json.branch).toBe("release/1");
    expect((await read(path, { method: "PATCH", body: { branch: "-x" } })).status).toBe(400);
  });
});

describe("a product deployment that is deleted", () => {
  const remove = (body?: unknown) =>
    world.api(`/api/product-deployments/${installation.id}`, { method: "DELETE", ...(body !== undefined && { body }) });

  test.each([
    [undefined, true],
    [{}, true],
    [{ volumes: "keep" }, true],
    [{ volumes: "delete" }, false],
  ])("with %j is gone at once, and whether its volumes are kept is on record", async (body, keepVolumes) => {
    expect((await remove(body)).status).toBe(204);
    expect(await world.store.installations.deleted()).toEqual([{ ...installation, keepVolumes }]);
    expect(world.woken).toEqual({ queue: 1, reconciler: 1, proxy: 0, backups: 0 });
    expect((await read(`/api/product-deployments/${installation.id}`)).status).toBe(404);
    expect((await read("/api/product-deployments")).json.items).toEqual([]);
    expect((await remove()).status).toBe(404);
  });

  test("leaves its product, which can be installed there again", async () => {
    await remove();
    expect((await read("/api/products/shop")).json).toMatchObject({ branch: null, productDeployments: [] });
    expect((await install({ product: "shop", environment: "production", branch: "main" })).status).toBe(201);
  });

  test("keeps what was asked for volumes to the two words", async () => {
    const answer = await remove({ volumes: "burn" });
    expect(answer.status).toBe(400);
    expect(await world.store.installations.deleted()).toEqual([]);
  });

  test("a product takes its installations with it, and their volumes when asked to", async () => {
    const answer = await world.api("/api/products/shop", { method: "DELETE", body: { volumes: "delete" } });
    expect(answer.status).toBe(204);
    expect(await world.store.installations.deleted()).toEqual([{ ...installation, keepVolumes: false }]);
    expect(await world.store.products.deleted()).toMatchObject([{ id: product.id }]);
  });
});
