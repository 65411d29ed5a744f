import { beforeEach, describe, expect, test } from "vitest";
import { endpoints, isGitPath } from "../../../server/routes.ts";
import { requireDeclarations } from "../../../server/web/http/endpoints.ts";
import { createWorld, origin, token, type World } from "../world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

/** The routes that are open to everybody; all others need a signed-in user. */
const open = [
  "GET /livez",
  "GET /healthz",
  "GET /assets/:file",
  "GET /sign-in",
  "POST /sign-in",
  "GET /sign-in/code",
  "POST /sign-in/code",
  "POST /sign-in/passkey/options",
  "POST /sign-in/passkey",
  "GET /sign-in/provider",
  "GET /sign-in/provider/return",
  "POST /sign-in/provider/return",
  "GET /join/:secret",
  "POST /join/:secret",
  "POST /webhooks/github/:product",
  "GET /machines/join.sh",
  "POST /machines/join",
];

function routesOf({ app }: World) {
  const names = app.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => `${method} ${path}`);
  return [...new Set(names)].map((name) => {
    const [method = "", path = ""] = name.split(" ");
    return { name, method, path: path.replace(/:slug|:product|\{product\}/, "shop").replace(/:id(?:\{[^}]*\})?/, "1") };
  });
}

describe("every route", () => {
  test("is known to this test: there are dozens", () => {
    expect(routesOf(world).length).toBeGreaterThan(35);
    expect(routesOf(world).map(({ name }) => name)).toEqual(expect.arrayContaining(open));
  });

  test("turns away those who are not signed in, unless it is one of the open ones", async () => {
    for (const { name, method, path } of routesOf(world).filter((route) => !open.includes(route.name))) {
      const answer = await world.fetch(path, { method });
      const isTurnedAway = answer.status === 401 || answer.headers.get("location")?.startsWith("/sign-in") === true;
      expect(isTurnedAway, name).toBe(true);
    }
  });

  test("turns away an unknown token and an unknown session", async () => {
    for (const { name, method, path } of routesOf(world).filter((route) => !open.includes(route.name))) {
      // Ten failures a minute are allowed, so each route gets a minute of its own.
      world.clock.advance(60_000);
      const byToken = await world.fetch(path, { method, headers: { authorization: "Bearer wrong" } });
      expect(byToken.status, name).toBe(401);
      const bySession = await world.fetch(path, { method, headers: { cookie: "__Host-baton=wrong" } });
      expect([303, 401], name).toContain(bySession.status);
    }
  });

  test("that changes something refuses a session without the form's token", async () => {
    const { cookie } = await world.signIn();
    for (const { name, method, path } of routesOf(world).filter(({ method }) => method !== "GET")) {
      // Git has no sessions.
      if (open.includes(name) || isGitPath(path)) continue;
      const answer = await world.fetch(path, { method, headers: { cookie, origin, "sec-fetch-site": "same-origin" } });
      expect(answer.status, name).toBe(403);
    }
  });

  test("is declared, or the start stops", () => {
    world.app.get("/undeclared", (c) => c.text("")).get("/git/guarded-elsewhere", (c) => c.text(""));
    const check = () => requireDeclarations(world.app.routes, (path) => path.startsWith("/git/"));
    expect(check).toThrow("these routes are not declared: GET /undeclared");
  });

  test("that is declared is answered by somebody", () => {
    const answered = new Set(routesOf(world).map(({ name }) => name.replace("/webhooks/github/", "/webhooks/:forge/")));
    const declared = endpoints.filter(({ answer }) => answer !== "git");
    expect(declared.map(({ method, path }) => `${method} ${path}`).filter((name) => !answered.has(name))).toEqual([]);
  });
});

describe("who is led where", () => {
  test("a person who follows a link is led to the sign-in page, and back afterwards", async () => {
    const answer = await world.fetch("/deployments?before=7");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in?next=%2Fdeployments%3Fbefore%3D7"]);
    const page = await (await world.fetch("/sign-in?next=%2Fdeployments%3Fbefore%3D7")).text();
    expect(page).toContain('name="next" value="/deployments?before=7"');
  });

  test("a person who follows a link to a product whose name is that of a page's stream is, too", async () => {
    const answer = await world.fetch("/products/stream");
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/sign-in?next=%2Fproducts%2Fstream"]);
    expect((await world.fetch("/products/shop/stream")).status).toBe(401);
  });

  test("a script gets 401 in the API's format", async () => {
    const answer = await world.fetch("/api/products");
    expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    expect(await answer.json()).toEqual({ error: { code: "unauthorized", message: expect.any(String) } });
  });

  test("signing in leads to no other site", async () => {
    const answer = await world.fetch("/sign-in", {
      method: "POST",
      headers: { origin },
      body: new URLSearchParams({ token, next: "//evil.example" }),
    });
    expect(answer.headers.get("location")).toBe("/");
  });
});

describe("a session", () => {
  test("lives in a cookie that scripts and other sites cannot use", async () => {
    const { answer } = await world.signIn();
    expect(answer.headers.get("set-cookie")).toMatch(
      /^__Host-baton=[\w-]{43}; Max-Age=1209600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  test("on plain http outside loopback has a cookie that browsers keep there", async () => {
    const publicUrl = new URL("http://baton.example:4000");
    const plain = await createWorld({ publicUrl });
    const answer = await plain.fetch("/sign-in", {
      method: "POST",
      headers: { origin: publicUrl.origin },
      body: new URLSearchParams({ token }),
    });
    expect(answer.headers.get("set-cookie")).toMatch(
      /^baton=[\w-]{43}; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Lax$/,
    );
  });

  test("that somebody else chose is not adopted, and the old one is dead after signing in again", async () => {
    const first = await world.signIn();
    const again = await world.fetch("/sign-in", {
      method: "POST",
      headers: { origin, cookie: first.cookie },
      body: new URLSearchParams({ token }),
    });
    expect(again.headers.get("set-cookie")?.split(";")[0]).not.toBe(first.cookie);
    expect((await world.fetch("/", { headers: { cookie: first.cookie } })).status).toBe(303);
  });

  test("is over on the server too after signing out", async () => {
    const { cookie, csrf } = await world.signIn();
    const headers = { cookie, origin };
    const answer = await world.fetch("/sign-out", { method: "POST", headers, body: new URLSearchParams({ csrf }) });
    expect(answer.headers.get("set-cookie")).toContain("Max-Age=0");
    expect((await world.fetch("/", { headers: { cookie } })).status).toBe(303);
  });

  test("ends after two weeks", async () => {
    const { cookie } = await world.signIn();
    world.clock.advance(14 * 24 * 3_600_000 + 1);
    expect((await world.fetch("/", { headers: { cookie } })).status).toBe(303);
  });
});

describe("guessing", () => {
  const guess = (headers: Record<string, string> = {}) =>
    world.fetch("/api/products", { headers: { authorization: "Bearer wrong", ...headers } });

  test("is slowed down after ten wrong tokens, and a forged address does not help", async () => {
    for (let i = 0; i < 10; i++) expect((await guess({ "x-forwarded-for": `192.0.2.${i}` })).status).toBe(401);
    const answer = await guess({ "x-forwarded-for": "192.0.2.99" });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "6"]);
  });

  test("on the sign-in page is slowed down too, and the page says so", async () => {
    const attempt = () =>
      world.fetch("/sign-in", { method: "POST", headers: { origin }, body: new URLSearchParams({ token: "wrong" }) });
    for (let i = 0; i < 10; i++) expect((await attempt()).status).toBe(401);
    const answer = await attempt();
    expect(answer.status).toBe(429);
    expect(await answer.text()).toContain("Too many wrong tokens");
  });

  test("is in the activity, with the address and without the token, and cannot fill it", async () => {
    await world.fetch("/sign-in", {
      method: "POST",
      headers: { origin },
      body: new URLSearchParams({ token: "canary" }),
    });
    await guess();
    const [page, call] = world.store.rows.audit;
    expect(page).toMatchObject({ who: "someone", what: "failed to sign in with the dashboard", detail: "wrong token" });
    expect(call).toMatchObject({ what: "failed to sign in with the API", address: page?.address });
    expect(JSON.stringify(world.store.rows.audit)).not.toContain("canary");
    for (let count = 0; count < 20; count++) await guess();
    expect(world.store.rows.audit).toHaveLength(3);
    world.clock.advance(60_000);
    await guess();
    expect(world.store.rows.audit).toHaveLength(4);
  });

  test("does not lock out those who are signed in", async () => {
    const { cookie } = await world.signIn();
    for (let i = 0; i < 12; i++) await guess();
    expect((await world.fetch("/", { headers: { cookie } })).status).toBe(200);
  });

  test("does not lock out a right token, nor signing in with it, from the same address", async () => {
    for (let i = 0; i < 12; i++) await guess();
    expect((await guess()).status).toBe(429);
    expect((await world.api("/api/products")).status).toBe(200);
    expect((await world.signIn()).answer.status).toBe(303);
  });

  test("hundreds of times within a minute, no token is looked at any more", async () => {
    for (let i = 0; i < 600; i++) await guess();
    expect((await world.api("/api/products")).status).toBe(429);
    world.clock.advance(60_000);
    expect((await world.api("/api/products")).status).toBe(200);
  });

  test("with a token of a megabyte is refused before anything is computed", async () => {
    const answer = await world.fetch("/sign-in", {
      method: "POST",
      headers: { origin },
      body: new URLSearchParams({ token: "x".repeat(1_000_000) }),
    });
    expect(answer.status).toBe(413);
  });
});
