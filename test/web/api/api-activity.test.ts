import { beforeEach, describe, expect, test } from "vitest";
import type { NewAuditEntry } from "../../../server/ports/store/access.ts";
import { aToken, aUser } from "../../contracts/store/access/people.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

const entry: NewAuditEntry = {
  ...{ who: "admin", token: null, what: "redeployed", subject: "shop", product: "shop", detail: null },
  ...{ deploymentId: null, address: "192.0.2.7" },
};

const record = (changes: Partial<NewAuditEntry>, at = world.clock.now()) =>
  world.store.audit.record({ ...entry, ...changes }, at);

const subjects = async (query: string, path = "/api/activity") => {
  const answer = await world.api(`${path}?${query}`);
  expect(answer.status).toBe(200);
  const { items } = (await answer.json()) as { items: readonly { subject: string }[] };
  return items.map(({ subject }) => subject);
};

describe("the activity", () => {
  test("is listed page by page, newest first, and of one product", async () => {
    for (const subject of ["shop", "shop #2", "blog", "shop #3"]) {
      await record({ subject, product: subject.split(" ")[0] ?? null });
    }
    const page = async (query: string) => {
      const answer = await world.api(`/api/activity?${query}`);
      const { items, next } = (await answer.json()) as { items: readonly { subject: string }[]; next?: string };
      return [items.map(({ subject }) => subject), next];
    };
    expect(await page("limit=3")).toEqual([["shop #3", "blog", "shop #2"], "2"]);
    expect(await page("limit=3&before=2")).toEqual([["shop"], undefined]);
    expect(await page("product=shop")).toEqual([["shop #3", "shop #2", "shop"], undefined]);
    expect(await page("who=nobody&product=")).toEqual([[], undefined]);
  });

  test("is filtered by person, action, words and time, and by all of them at once", async () => {
    await record({ who: "Ada", subject: "first" }, new Date("2026-01-30T23:59:59Z"));
    await record({ who: "Ada", subject: "second", what: "stopped" }, new Date("2026-01-31T00:00:00Z"));
    await record({ who: "Bob", subject: "third", detail: "added DATABASE_URL" }, new Date("2026-01-31T23:59:59Z"));
    await record({ who: "Ada", subject: "fourth" }, new Date("2026-02-01T00:00:00Z"));
    expect(await subjects("who=Ada")).toEqual(["fourth", "second", "first"]);
    expect(await subjects("what=stopped")).toEqual(["second"]);
    expect(await subjects("search=DATA")).toEqual(["third"]);
    expect(await subjects("from=2026-01-31&to=2026-01-31")).toEqual(["third", "second"]);
    expect(await subjects("from=2026-01-31T01:00:00%2B01:00&to=2026-02-01T00:00:00Z")).toEqual(["third", "second"]);
    expect(await subjects("who=Ada&from=2026-01-31&search=redeployed")).toEqual(["fourth"]);
  });

  test.each([
    ["from=yesterday", "from: enter a day such as 2026-11-30"],
    ["to=2026-02-30", "to: enter a day"],
    [`search=${"a".repeat(201)}`, "search"],
    ["before=0", "before"],
    ["limit=101", "limit"],
  ])("refuses ?%s and says what is accepted", async (query, words) => {
    const { status, json } = await world.read(`/api/activity?${query}`);
    expect([status, json.error.message]).toEqual([400, expect.stringContaining(words)]);
  });

  test("is exported whole or filtered, one entry a line", async () => {
    for (let count = 1; count <= 1_200; count++) await record({ subject: `shop #${count}` });
    await record({ who: "Bob", product: null, subject: "" });
    const answer = await world.api("/api/activity.jsonl");
    expect(answer.headers.get("content-type")).toBe("application/jsonl; charset=utf-8");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="activity.jsonl"');
    const lines = (await answer.text()).trimEnd().split("\n");
    expect(lines).toHaveLength(1_201);
    expect(JSON.parse(lines[1] ?? "")).toEqual({
      ...{ id: 1_200, at: world.clock.now().toISOString(), who: "admin", token: null, what: "redeployed" },
      ...{ subject: "shop #1200", product: "shop", detail: null, deployment: null, address: "192.0.2.7" },
    });
    const filtered = await (await world.api("/api/activity.jsonl?who=Bob")).text();
    expect(filtered.trimEnd().split("\n")).toHaveLength(1);
  });

  test("is exported as a table without formulas", async () => {
    await record({ who: '=HYPERLINK("http://evil.example")', detail: 'said "hi", twice' });
    const answer = await world.api("/api/activity.csv?product=shop");
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(answer.headers.get("content-disposition")).toBe('attachment; filename="activity.csv"');
    const at = world.clock.now().toISOString();
    expect(await answer.text()).toBe(
      '"id","at","who","token","what","subject","product","detail","deployment","address"\r\n' +
        `1,"${at}","'=HYPERLINK(""http://evil.example"")","","redeployed","shop","shop","said ""hi"", twice","","192.0.2.7"\r\n`,
    );
  });

  test("is shown to nobody without a token", async () => {
    for (const path of ["/api/activity", "/api/activity.jsonl", "/api/activity.csv"]) {
      expect((await world.fetch(path)).status).toBe(401);
    }
  });

  test("is limited to the products that somebody sees, in lists, exports and on the page", async () => {
    const { product } = await world.samples.product("shop");
    await record({ subject: "shop" });
    await record({ subject: "canary", product: "blog" });
    await record({ subject: "canary", product: null });
    // Somebody may be called like a product.
    await record({ what: "failed to sign in with the dashboard", subject: "shop", product: null, detail: "canary" });
    const user = await aUser(world.store, { grants: [{ role: "viewer", productId: product.id }] });
    await aToken(world.store, user.id, { token: "limited", scopes: ["read"] });
    for (const path of ["/api/activity", "/api/activity.jsonl", "/api/activity.csv"]) {
      for (const query of ["", "?product=blog", "?search=canary", "?who=admin"]) {
        const answer = await world.fetch(path + query, { headers: { authorization: "Bearer limited" } });
        const said = await answer.text();
        expect([answer.status, said.includes("canary")]).toEqual([200, false]);
        if (query === "") expect(said).toContain("192.0.2.7");
      }
    }
  });

  test("keeps the name of somebody who was removed", async () => {
    const user = await aUser(world.store, { name: "Grace Hopper", grants: [] });
    await record({ who: user.name, subject: "shop #7" });
    expect((await world.api(`/api/users/${user.id}`, { method: "DELETE" })).status).toBe(204);
    expect(await subjects("who=Grace+Hopper")).toEqual(["shop #7"]);
    expect(world.store.rows.audit.at(-1)).toMatchObject({ what: "removed", subject: "Grace Hopper" });
  });
});

describe("what changed", () => {
  const last = () => world.store.rows.audit.at(-1);

  test("is told before and after, and never a secret", async () => {
    const { installation } = await world.samples.product("shop");
    world.samples.live(installation);
    const change = async (path: string, method: string, body: unknown) => {
      const answer = await world.api(path, { method, body });
      expect([path, answer.status, await answer.text()]).toEqual([
        path,
        expect.toSatisfy((n) => n < 300),
        expect.anything(),
      ]);
      return last()?.detail;
    };
    const of = `/api/product-deployments/${installation.id}`;
    expect(await change(of, "PATCH", { branch: "develop" })).toBe("branch: main → develop");
    expect(await change(of, "PATCH", { branch: "develop" })).toBeNull();
    expect(await change("/api/products/shop", "PATCH", { watch: "background" })).toBe(
      "git push returns: after the watch window → when it is live",
    );
    expect(await change("/api/products/shop/source", "PATCH", { token: "canary-token", pollMinutes: 5 })).toBe(
      "polls every: none → 5 min; access token: none → set",
    );
    await change(`${of}/domains`, "PUT", { service: "web", domains: ["a.example.com", "b.example.com"] });
    expect(await change(`${of}/domains`, "PUT", { service: "web", domains: ["b.example.com", "c.example.com"] })).toBe(
      "domains of web: added c.example.com, removed a.example.com",
    );
    await change(`${of}/settings`, "PUT", { service: "web", health: { path: "/up" }, memory: "256m" });
    expect(await change(`${of}/settings`, "PUT", { service: "web", health: { path: "/ready" }, memory: null })).toBe(
      "web's health check path: /up → /ready; web's memory: 256m → none",
    );
    expect(JSON.stringify(world.store.rows.audit)).not.toContain("canary");
  });

  test("is told of somebody's role, with the names of products", async () => {
    await world.samples.product("shop");
    const user = await aUser(world.store, { name: "Grace", grants: [{ role: "viewer", productId: null }] });
    const patch = (body: unknown) => world.api(`/api/users/${user.id}`, { method: "PATCH", body });
    await patch({ role: "deployer", products: ["shop"] });
    expect(last()?.detail).toBe("role: viewer → deployer of shop");
    await patch({ disabled: true });
    expect(last()?.detail).toBe("can sign in: yes → no");
  });

  test("of a new product and a new installation is about the product", async () => {
    await world.api("/api/products", { method: "POST", body: { name: "blog" } });
    expect(last()).toMatchObject({ what: "created", subject: "blog", product: "blog" });
    await world.api("/api/environments", { method: "POST", body: { name: "staging" } });
    expect(last()).toMatchObject({ what: "created the environment", subject: "staging", product: null });
    await world.api("/api/product-deployments", { method: "POST", body: { product: "blog", environment: "staging" } });
    expect(last()).toMatchObject({ what: "installed", subject: "blog in staging", product: "blog" });
  });
});
