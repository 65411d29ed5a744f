import { beforeEach, describe, expect, test, vi } from "vitest";
import { scopes } from "../../../server/model/access/scope.ts";
import { isTokenText } from "../../../server/rules/access/token-format.ts";
import { aToken, aUser } from "../../contracts/store/access/people.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await world.samples.product("shop");
});

const as = async (token: string, path: string, method = "GET", body?: unknown) => {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await world.fetch(path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, json: text === "" ? null : JSON.parse(text) };
};
const post = (path: string, body: unknown) => world.read(path, { method: "POST", body });

describe("tokens", () => {
  test("are created with scopes, products and an expiry, and shown once", async () => {
    const made = await post("/api/tokens", { name: "ci", scopes: ["deploy"], products: ["shop"], expiresInDays: 7 });
    expect(made.status).toBe(201);
    const token = String(made.json.token);
    expect(isTokenText(token)).toBe(true);
    expect(made.json.expiresAt).toBe(new Date(world.clock.now().getTime() + 7 * 86_400_000).toISOString());
    const { json } = await world.read("/api/tokens");
    expect(json.items[0]).toEqual({
      ...{ id: made.json.id, name: "ci", owner: "ci", scopes: ["deploy"], products: ["shop"] },
      hint: token.slice(0, 15),
      createdAt: world.clock.now().toISOString(),
      ...{ expiresAt: made.json.expiresAt, lastUsedAt: null, lastUsedAddress: null },
    });
    expect(JSON.stringify(json)).not.toContain(token);
  });

  test("expire after 90 days unless told otherwise, or never", async () => {
    const day = 86_400_000;
    const usual = await post("/api/tokens", { name: "ci", scopes: ["read"] });
    expect(Date.parse(String(usual.json.expiresAt)) - world.clock.now().getTime()).toBe(90 * day);
    expect(
      (await post("/api/tokens", { name: "ci", scopes: ["read"], expiresInDays: null })).json.expiresAt,
    ).toBeNull();
  });

  test.each([
    [{ name: "", scopes: ["read"] }, "name"],
    [{ name: "ci\u001b]0;owned\u0007", scopes: ["read"] }, "no control characters"],
    [{ name: "\u202eic", scopes: ["read"] }, "no control characters"],
    [{ name: "ci", scopes: [] }, "scope"],
    [{ name: "ci", scopes: ["root"] }, '"git:push"'],
    [{ name: "ci", scopes: ["read"], products: ["nobody"] }, 'there is no product "nobody"'],
    [{ name: "ci", scopes: ["read"], expiresInDays: 0 }, "from 1 to 3650"],
  ])("like %o are refused", async (body, words) => {
    const { status, json } = await post("/api/tokens", body);
    expect([status, json.error.message]).toEqual([400, expect.stringContaining(words)]);
  });

  test("do what their scopes include, and say what is missing", async () => {
    const { json } = await post("/api/tokens", { name: "ci", scopes: ["read"] });
    const token = String(json.token);
    expect((await as(token, "/api/products/shop")).status).toBe(200);
    const refused = await as(token, "/api/products/shop", "DELETE");
    expect(refused).toEqual({
      status: 403,
      json: {
        error: {
          code: "forbidden",
          message:
            'the token "ci" may not delete shop: that takes the scope manage or admin. Create a token that has it.',
        },
      },
    });
  });

  test("of other products do not know of this one, and lists leave it out", async () => {
    await world.samples.product("blog");
    const { json } = await post("/api/tokens", { name: "ci", scopes: [...scopes], products: ["blog"] });
    const token = String(json.token);
    expect((await as(token, "/api/products/shop")).json.error.message).toBe('there is no product "shop"');
    expect((await as(token, "/api/products/shop")).status).toBe(404);
    const { items } = (await as(token, "/api/products")).json;
    expect(items.map(({ name }: { readonly name: string }) => name)).toEqual(["blog"]);
    expect((await as(token, "/api/product-deployments")).json.items).toHaveLength(1);
  });

  test("that expired or were revoked say so", async () => {
    const { json } = await post("/api/tokens", { name: "ci", scopes: ["read"], expiresInDays: 1 });
    const token = String(json.token);
    world.clock.advance(86_400_000);
    const day = world.clock.now().toISOString().slice(0, 10);
    expect(await as(token, "/api/products")).toMatchObject({
      status: 401,
      json: { error: { message: `this token ("ci") expired on ${day}: create a new one` } },
    });
    expect((await world.api(`/api/tokens/${json.id}`, { method: "DELETE" })).status).toBe(204);
    expect((await as(token, "/api/products")).json.error.message).toContain("was revoked on");
    expect((await world.api(`/api/tokens/${json.id}`, { method: "DELETE" })).status).toBe(404);
  });

  test("of the server itself are not revoked", async () => {
    const { json } = await world.read("/api/tokens");
    const answer = await world.api(`/api/tokens/${json.items[0]?.id}`, { method: "DELETE" });
    expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining("BATON_ADMIN_TOKEN")]);
  });

  test("create none that can do more, and list and revoke only their owner's", async () => {
    const user = await aUser(world.store, { grants: [{ role: "deployer", productId: null }] });
    const other = await aToken(world.store, (await aUser(world.store)).id);
    await aToken(world.store, user.id, { token: "mine", scopes: ["admin"] });
    expect((await as("mine", "/api/tokens")).json.items).toHaveLength(1);
    expect((await as("mine", `/api/tokens/${other.id}`, "DELETE")).status).toBe(404);
    expect((await as("mine", "/api/tokens", "POST", { name: "ci", scopes: ["read"] })).status).toBe(400);
    const made = await as("mine", "/api/tokens", "POST", { name: "ci", scopes: ["admin"] });
    expect((await as(made.json.token, "/api/users")).status).toBe(403);
  });
});

describe("people", () => {
  test("are invited with a role and products, by a link", async () => {
    const asked = { email: "grace@example.org", role: "deployer", products: ["shop"] };
    const { status, json } = await post("/api/users/invitations", asked);
    expect(status).toBe(201);
    expect(json.url).toMatch(/^http:\/\/127\.0\.0\.1:4000\/join\/[\w-]{43}$/);
    expect(Date.parse(String(json.expiresAt)) - world.clock.now().getTime()).toBe(72 * 3_600_000);
    const secret = String(json.url).split("/").at(-1) ?? "";
    const link = await world.store.links.find(secret);
    expect(link).toMatchObject({ kind: "invitation", email: "grace@example.org", createdBy: "admin" });
    expect(link?.grants).toMatchObject([{ role: "deployer" }]);
  });

  test.each([
    [{ role: "boss" }, '"viewer", "deployer"'],
    [{ role: "viewer", email: "grace" }, "e-mail"],
    [{ role: "viewer", products: [] }, "at least one product"],
    [{ role: "admin", products: ["shop"] }, "is for everything"],
    [{ role: "viewer", products: ["nobody"] }, 'there is no product "nobody"'],
  ])("are not invited with %o", async (body, words) => {
    const { status, json } = await post("/api/users/invitations", body);
    expect([status, json.error.message]).toEqual([400, expect.stringContaining(words)]);
  });

  test("are listed, changed, disabled and removed", async () => {
    const grace = await aUser(world.store, { name: "Grace", email: "grace@example.org" });
    await aUser(world.store, { name: "Zoe" });
    const change = (body: object) => world.read(`/api/users/${grace.id}`, { method: "PATCH", body });
    expect((await change({ role: "deployer", products: ["shop"] })).json).toEqual({
      ...{ id: grace.id, name: "Grace", email: "grace@example.org", role: "deployer", products: ["shop"] },
      ...{ disabled: false, secondFactor: false, createdAt: expect.any(String), lastSeenAt: null },
    });
    expect((await change({ role: "viewer" })).json).toMatchObject({ role: "viewer", products: ["shop"] });
    expect((await change({ products: null })).json).toMatchObject({ role: "viewer", products: null });
    await aToken(world.store, grace.id, { token: "hers" });
    expect((await as("hers", "/api/products")).status).toBe(200);
    expect((await change({ disabled: true })).json).toMatchObject({ disabled: true });
    expect((await as("hers", "/api/products")).json.error.message).toContain("whose account is disabled");
    const { json } = await world.read("/api/users");
    expect(json.items.map(({ name }) => name)).toEqual(["Grace", "Zoe"]);
    expect((await world.api(`/api/users/${grace.id}`, { method: "DELETE" })).status).toBe(204);
    expect((await world.api(`/api/users/${grace.id}`, { method: "DELETE" })).status).toBe(404);
    expect((await world.read("/api/activity")).json.items[0]).toMatchObject({ what: "removed", subject: "Grace" });
  });

  test("lose no last administrator", async () => {
    const ada = await aUser(world.store, { name: "Ada" });
    const path = `/api/users/${ada.id}`;
    for (const body of [{ role: "viewer" }, { disabled: true }]) {
      const { status, json } = await world.read(path, { method: "PATCH", body });
      expect([status, json.error.message]).toEqual([
        409,
        "Ada is the last administrator: make somebody else one first",
      ]);
    }
    expect((await world.api(path, { method: "DELETE" })).status).toBe(409);
  });
});

test("what somebody streams ends when they may not see it any more", async () => {
  const user = await aUser(world.store);
  await aUser(world.store);
  await aToken(world.store, user.id, { token: "hers" });
  const stream = await world.fetch("/stream", { headers: { authorization: "Bearer hers" } });
  const over = (async () => {
    const reader = stream.body?.getReader();
    for (;;) if ((await reader?.read())?.done ?? true) return "over";
  })();
  await world.read(`/api/users/${user.id}`, { method: "PATCH", body: { role: "viewer" } });
  expect(await over).toBe("over");
});

test("the last use of a token is noted in a batch after the request", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const { id } = await aToken(world.store, (await aUser(world.store)).id, { token: "hers" });
    await world.fetch("/api/products", { headers: { authorization: "Bearer hers" } });
    expect(await world.store.access.getToken(id)).toMatchObject({ lastUsedAt: null });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await world.store.access.getToken(id)).toMatchObject({ lastUsedAt: world.clock.now() });
  } finally {
    vi.useRealTimers();
  }
});
