import { beforeEach, describe, expect, test, vi } from "vitest";
import { StoreUnavailable } from "../../../server/ports/store/store.ts";
import { createWorld, token, type World } from "../world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
  await world.samples.product("my-api");
});

const read: World["read"] = (path, init) => world.read(path, init);

describe("errors", () => {
  test("at an unknown address and with an unknown method have the API's format", async () => {
    expect(await read("/api/nothing")).toEqual({
      status: 404,
      json: { error: { code: "not_found", message: "there is nothing at this address" } },
    });
    const answer = await world.api("/api/products", { method: "DELETE" });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD, POST, OPTIONS"]);
    const options = await world.fetch("/api/products", { method: "OPTIONS" });
    expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, HEAD, POST, OPTIONS"]);
  });

  test("tell a git client in plain text which address to use", async () => {
    const ask = async (path: string, init?: RequestInit) => {
      const answer = await world.fetch(path, init);
      return [answer.status, answer.headers.get("content-type"), await answer.text()];
    };
    const refusalOf = (slug: string) => [
      404,
      expect.stringMatching(/^text\/plain/),
      `There is no repository at this address: use http://127.0.0.1:4000/git/${slug}.git\n`,
    ];
    expect(await ask("/shop.git/info/refs?service=git-receive-pack")).toEqual(refusalOf("shop"));
    expect(await ask("/products/my-api/info/refs?service=git-upload-pack")).toEqual(refusalOf("my-api"));
    expect(await ask("/acme/shop.git/git-receive-pack", { method: "POST" })).toEqual(refusalOf("shop"));
    expect(await ask("/Not%20a%20slug/info/refs")).toEqual(refusalOf("my-app"));
    expect(await ask("/shop.git")).toEqual([404, expect.stringMatching(/^text\/html/), expect.anything()]);
  });

  test("inside are not shown outside; the log has them under a reference", async () => {
    world.store.products.list = () =>
      Promise.reject(new Error('Failed query: select "slug" from "products" at store.ts:12'));
    const { status, json } = await read("/api/products");
    expect([status, JSON.stringify(json)]).toEqual([500, expect.not.stringMatching(/select|store\.ts|slug/)]);
    const reference = /look for ([0-9a-f]{8}) in/.exec(json.error.message)?.[1];
    expect(world.logged).toContainEqual(expect.objectContaining({ reference, path: "/api/products" }));
  });

  test("of the database are 503 and name it", async () => {
    world.store.products.list = () => Promise.reject(new StoreUnavailable("connect ECONNREFUSED 10.0.0.1:5432"));
    const { status, json } = await read("/api/products");
    expect([status, json.error.code]).toEqual([503, "database_unavailable"]);
    expect(json.error.message).not.toContain("10.0.0.1");
  });

  test("of size are 413 before the body is read", async () => {
    const body = { name: "x".repeat(70_000) };
    expect((await read("/api/products", { method: "POST", body })).json.error.code).toBe("too_large");
  });

  test("of a body that does not arrive are 408, whether the route asks for a form or for JSON", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      for (const [path, type] of [
        ["/sign-in", "application/x-www-form-urlencoded"],
        ["/api/products", "application/json"],
      ] as const) {
        const body = new ReadableStream({ start: (controller) => controller.enqueue(Buffer.from("{")) });
        const headers = { "content-type": type, authorization: `Bearer ${token}` };
        const asked = world.fetch(path, { method: "POST", headers, body, duplex: "half" } as RequestInit);
        await vi.advanceTimersByTimeAsync(16_000);
        const answer = await asked;
        expect([answer.status, answer.headers.get("connection")], path).toEqual([408, "close"]);
        expect(await answer.text()).toMatch(/[Tt]he body did not arrive within 15 s/);
      }
    } finally {
      vi.useRealTimers();
    }
  });

  test("are not made of an empty body that is announced as JSON", async () => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    const send = (method: string, path: string, body?: string) =>
      world.fetch(path, { method, headers, body: body ?? null });
    const missing = await send("POST", "/api/products", "");
    expect([missing.status, await missing.text()]).toEqual([400, expect.stringMatching(/name is missing/)]);
    expect((await send("POST", "/api/products", " ")).status).toBe(400);
    expect((await send("DELETE", "/api/products/my-api")).status).toBeLessThan(300);
  });

  test("are not made of a chunked body without a chunk, and still of one that is no JSON", async () => {
    const headers = {
      "content-type": "application/json",
      authorization: `Bearer ${token}`,
      "transfer-encoding": "chunked",
    };
    const send = (method: string, path: string, ...chunks: readonly string[]) =>
      world.fetch(path, { method, headers, body: ReadableStream.from(chunks.map(Buffer.from)), duplex: "half" });
    const missing = await send("POST", "/api/products");
    expect([missing.status, await missing.text()]).toEqual([400, expect.stringMatching(/name is missing/)]);
    const broken = await send("POST", "/api/products", '{"name"', ":");
    expect([broken.status, await broken.text()]).toEqual([400, expect.stringMatching(/JSON/)]);
    expect((await send("POST", "/api/products", '{"name":', '"shop"}')).status).toBe(201);
    expect((await send("DELETE", "/api/products/my-api")).status).toBeLessThan(300);
  });
});
