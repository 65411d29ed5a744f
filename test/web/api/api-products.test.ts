import { beforeEach, describe, expect, test } from "vitest";
import { type Body, createWorld, token, type World } from "../world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await world.samples.product("my-api");
});

const read: World["read"] = (path, init) => world.read(path, init);
const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe("products", () => {
  test("are made, read, changed and deleted", async () => {
    const made = await read("/api/products", { method: "POST", body: { name: "shop", branch: "trunk" } });
    expect(made).toEqual({
      status: 201,
      json: {
        id: expect.any(Number),
        name: "shop",
        displayName: "Shop",
        repository: null,
        branch: "trunk",
        watch: "wait",
        hidesLogs: false,
        variables: [],
        gitUrl: "http://127.0.0.1:4000/git/shop.git",
        productDeployments: [{ id: expect.any(Number), environment: "production" }],
        webhook: {
          url: "http://127.0.0.1:4000/webhooks/github/shop",
          secret: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
        createdAt: iso,
      },
    });
    const repository = "https://github.com/acme/shop.git";
    const changed = await read("/api/products/shop", { method: "PATCH", body: { repository, branch: "main" } });
    expect(changed.json).toMatchObject({ repository, branch: "main" });
    const unwatched = await read("/api/products/shop", { method: "PATCH", body: { watch: "background" } });
    expect(unwatched.json).toMatchObject({ repository, branch: "main", watch: "background" });
    expect((await read("/api/products/shop", { method: "PATCH", body: { watch: "never" } })).status).toBe(400);
    expect((await world.api("/api/products/shop", { method: "DELETE" })).status).toBe(204);
    expect((await read("/api/products/shop")).status).toBe(404);
    expect((await read("/api/products")).json.items.map(({ name }: { name: string }) => name)).toEqual(["my-api"]);
  });

  test("come in pages by name, a hundred where nothing is asked for", async () => {
    for (let number = 100; number < 201; number++) await world.samples.product(`app-${number}`);
    const all = await read("/api/products");
    expect([all.json.items.length, all.json.items[0]?.name, all.json.next]).toEqual([100, "app-100", "app-199"]);
    const rest = await read(`/api/products?after=${all.json.next}`);
    expect(rest.json.items.map(({ name }) => name)).toEqual(["app-200", "my-api"]);
    expect(rest.json.next).toBeUndefined();
    const few = await read("/api/products?limit=2&after=app-199");
    expect(few.json.items).toEqual(rest.json.items);
    expect(few.json.next).toBeUndefined();
    const wrong = await read("/api/products?after=No!");
    expect(wrong.json.error.message).toBe("after: enter the name of a product");
  });

  test("have names of their own", async () => {
    const again = await read("/api/products", { method: "POST", body: { name: "my-api" } });
    expect(again).toEqual({
      status: 409,
      json: { error: { code: "conflict", message: 'there is already a product named "my-api"' } },
    });
  });

  test.each([
    [{ name: "Shop!" }, /^name: 1 to 40 characters/],
    [{}, /^name is missing$/],
    [{ name: "shop", colour: "red" }, /^"colour" is not a field of this call$/],
    [{ name: "shop", repository: "file:///etc/passwd" }, /^repository: enter an https:\/\/ or ssh:\/\/ URL/],
    [{ name: "shop", repository: "--upload-pack=x" }, /^repository: enter an https:\/\/ or ssh:\/\/ URL/],
    [{ name: "shop", branch: "-x" }, /^branch: enter a branch, tag or commit$/],
  ])("as %j are refused in one sentence", async (body, message) => {
    const answer = await read("/api/products", { method: "POST", body });
    expect([answer.status, answer.json.error.code]).toEqual([400, "invalid"]);
    expect(answer.json.error.message).toMatch(message);
  });

  test.each([
    ["{", "application/json", 400],
    ['{"name":"shop"}', "text/plain", 415],
  ])("sent as %j with %s are refused in the API's words", async (body, type, status) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await world.fetch("/api/products", {
      method: "POST",
      headers: { ...headers, "content-type": type },
      body,
    });
    expect([answer.status, ((await answer.json()) as Body).error.code]).toEqual([status, "invalid"]);
  });
});
