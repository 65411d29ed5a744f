import { createHmac } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { createWorld, origin, token, type World } from "../world.ts";

let world: World;
let session: { readonly cookie: string; readonly csrf: string };
beforeEach(async () => {
  world = await createWorld();
  session = await world.signIn();
  await world.samples.product("shop");
});

/** Sets a variable with a form. Resolves with whether it was set. */
async function post(headers: Record<string, string>, csrf: string | null = session.csrf) {
  const form = new URLSearchParams({ name: "CANARY", value: "1", ...(csrf !== null && { csrf }) });
  const answer = await world.fetch("/products/shop/variables", {
    method: "POST",
    headers: { cookie: session.cookie, ...headers },
    body: form,
  });
  return { status: answer.status, changed: [...world.store.rows.variables.values()].some((set) => set.has("CANARY")) };
}

const done = { status: 303, changed: true };
const refused = { status: 403, changed: false };

describe("a form of a session", () => {
  test.each<[string, Record<string, string>]>([
    ["from a page of ours", { origin, "sec-fetch-site": "same-origin" }],
    ["whose browser says no more than the origin", { origin }],
    ["from the other name of loopback", { origin: "http://localhost:4000" }],
    ["that hides its origin but vouches for it (no-referrer)", { origin: "null", "sec-fetch-site": "same-origin" }],
  ])("%s is accepted", async (_, headers) => {
    expect(await post(headers)).toEqual(done);
  });

  test.each<[string, Record<string, string>]>([
    ["from another site", { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    ["from another site with an old browser", { origin: "https://evil.example" }],
    ["from an app below the same domain", { origin: "http://shop.localhost:8080", "sec-fetch-site": "same-site" }],
    ["from another port", { origin: "http://127.0.0.1:4001", "sec-fetch-site": "same-site" }],
    ["that lies about one of the two", { origin: "https://evil.example", "sec-fetch-site": "same-origin" }],
    ["that says nothing", {}],
    ["from a sandboxed frame", { origin: "null" }],
    ["from a sandboxed frame of another site", { origin: "null", "sec-fetch-site": "cross-site" }],
    ["that was typed in", { "sec-fetch-site": "none" }],
  ])("%s is refused", async (_, headers) => {
    expect(await post(headers)).toEqual(refused);
  });

  test.each([[null], [""], ["wrong"], ["x".repeat(43)]])("with the token %j is refused", async (csrf) => {
    expect(await post({ origin, "sec-fetch-site": "same-origin" }, csrf)).toEqual(refused);
  });

  test("with a token that was worked out from the cookie alone is refused", async () => {
    const secret = session.cookie.split("=")[1] ?? "";
    for (const key of [secret, "", "csrf-key"]) {
      for (const text of ["csrf", `csrf ${secret}`]) {
        const guess = createHmac("sha256", key).update(text).digest("base64url");
        expect(await post({ origin }, guess)).toEqual(refused);
      }
    }
  });

  test("is accepted after a restart, too", async () => {
    const again = await createWorld({}, world.store);
    const form = new URLSearchParams({ name: "CANARY", value: "1", csrf: session.csrf });
    const headers = { cookie: session.cookie, origin };
    const answer = await again.fetch("/products/shop/variables", { method: "POST", headers, body: form });
    expect(answer.status).toBe(303);
  });

  test("with the token of another session is refused", async () => {
    const other = await world.signIn();
    expect(await post({ origin }, other.csrf)).toEqual(refused);
  });
});

describe("the API with a session", () => {
  const put = (headers: Record<string, string>, type: string) => {
    const [id] = world.store.rows.installations.keys();
    return world.fetch(`/api/product-deployments/${id}/variables`, {
      method: "PUT",
      headers: { cookie: session.cookie, "content-type": type, origin, "sec-fetch-site": "same-origin", ...headers },
      body: JSON.stringify({ set: { CANARY: "1" } }),
    });
  };

  test("wants the token as a header", async () => {
    expect((await put({ "x-csrf-token": session.csrf }, "application/json")).status).toBe(200);
  });

  test.each(["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])(
    "refuses %s without it",
    async (type) => {
      expect((await put({}, type)).status).toBe(403);
    },
  );
});

test("a bearer token needs neither, because no browser sends it by itself", async () => {
  const answer = await world.api("/api/products", { method: "POST", body: { name: "other" } });
  expect(answer.status).toBe(201);
});

test("signing in from a page of another site is refused, with the right token too", async () => {
  const answer = await world.fetch("/sign-in", {
    method: "POST",
    headers: { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
    body: new URLSearchParams({ token }),
  });
  expect([answer.status, answer.headers.get("set-cookie")]).toEqual([403, null]);
});
