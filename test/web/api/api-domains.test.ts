import { beforeEach, describe, expect, test } from "vitest";
import type { Ready } from "../../../server/model/deployment/deployment.ts";
import type { Installation } from "../../../server/model/product.ts";
import { ProxyRefused } from "../../../server/ports/proxy.ts";
import { aService } from "../../model/a-deployment.ts";
import { sampleSpec } from "../samples.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let installation: Installation;
beforeEach(async () => {
  world = await createWorld();
  ({ installation } = await world.samples.product("shop"));
});

const path = () => `/api/product-deployments/${installation.id}`;
const put = (service: string, ...domains: readonly string[]) =>
  world.read(`${path()}/domains`, { method: "PUT", body: { service, domains } });

/** A live version with two web services and a database, served at its own names. */
async function live(): Promise<Ready> {
  const row = world.samples.live(installation);
  const services = [
    aService({ name: "web" }),
    aService({ name: "api", stateful: "keeps its data in the volume uploads" }),
    aService({ name: "db", kind: "tcp" }),
  ];
  const routes = [
    { host: "shop.localhost", service: "web" },
    { host: "api.shop.localhost", service: "api" },
  ];
  await world.store.domains.setFor(installation.id, routes);
  return world.store.put({ ...row, spec: { ...sampleSpec("shop"), stacks: [{ name: "shop", services }], routes } });
}

describe("domains of a service", () => {
  test("of a live version are served at once, after its own names, and taken away again", async () => {
    await live();
    const answer = await put("api", "b.example.com", "a.example.com");
    expect(answer.json).toMatchObject({
      urls: [
        "http://shop.localhost:8080",
        "http://api.shop.localhost:8080",
        "http://a.example.com:8080",
        "http://b.example.com:8080",
      ],
      domains: [
        { host: "a.example.com", service: "api" },
        { host: "b.example.com", service: "api" },
      ],
    });
    expect(await world.store.domains.list()).toMatchObject([
      { host: "a.example.com", service: "api", waits: true },
      { host: "api.shop.localhost", service: "api", waits: true },
      { host: "b.example.com", service: "api", waits: true },
      { host: "shop.localhost", service: "web", waits: false },
    ]);
    expect(world.woken).toEqual({ queue: 0, reconciler: 0, proxy: 1, backups: 0 });

    await put("web", "b.example.com");
    expect((await put("api")).json).toMatchObject({ domains: [{ host: "b.example.com", service: "web" }] });
    expect(await world.store.domains.ownerOf("a.example.com")).toBeNull();
    expect((await world.read(path())).json.stacks).toMatchObject([
      { services: [{ url: "http://shop.localhost:8080" }, { url: "http://api.shop.localhost:8080" }, { name: "db" }] },
    ]);
  });

  test("wait for the next deployment where nothing is live", async () => {
    expect((await put("web", "shop.example.com")).json).toMatchObject({
      urls: [],
      domains: [{ host: "shop.example.com", service: "web" }],
    });
    expect(await world.store.domains.list()).toEqual([]);
    expect(world.woken.proxy).toBe(0);
  });

  test("belong to one product, which is named", async () => {
    const { installation: other } = await world.samples.product("cafe");
    await world.store.domains.setCustom(other.id, "web", ["www.example.com"]);
    for (const host of ["www.example.com", "cafe.localhost"]) {
      expect(await put("web", "free.example.com", host)).toEqual({
        status: 409,
        json: { error: { code: "conflict", message: `the address ${host} belongs to cafe` } },
      });
    }
    expect(await world.store.domains.custom(installation.id)).toEqual([]);
  });

  test("are none of the addresses that the version has anyway", async () => {
    await live();
    for (const host of ["shop.localhost", "api.shop.localhost"]) expect((await put("api", host)).status).toBe(409);
  });

  test.each(["*.example.com", "{env.HOME}.com", "127.0.0.1", "localhost", "x_y.com"])(
    "are host names, not %j",
    async (host) => {
      expect(await put("web", host)).toMatchObject({ status: 400, json: { error: { code: "invalid" } } });
    },
  );

  test("may be written as people do, and are answered as DNS writes them", async () => {
    const typed = ["https://Shop.example.com/start", "müller.example", "shop.example.com."];
    expect((await put("web", ...typed)).json).toMatchObject({
      domains: [
        { host: "shop.example.com", service: "web" },
        { host: "xn--mller-kva.example", service: "web" },
      ],
    });
  });

  test("are given to services that answer to hosts", async () => {
    await live();
    for (const service of ["db", "nothing"]) {
      const { status, json } = await put(service, "x.example.com");
      expect([status, json.error.message]).toEqual([
        400,
        `the live version has no web service "${service}": its web services are web, api`,
      ]);
    }
    expect((await put("../live", "x.example.com")).status).toBe(400);
  });

  test("are not changed under a running deployment, which has its hosts already", async () => {
    await live();
    world.samples.building(installation);
    expect((await put("web", "x.example.com")).status).toBe(409);
  });

  test("that the proxy refuses are taken back, beside what was there before", async () => {
    await live();
    await put("web", "x.example.com");
    const before = [await world.store.domains.list(), await world.store.domains.custom(installation.id)];
    world.proxy.setRoutes = () => Promise.reject(new ProxyRefused("no such module"));
    expect(await put("web", "x.example.com", "y.example.com")).toEqual({
      status: 409,
      json: { error: { code: "conflict", message: "the proxy did not accept these domains: no such module" } },
    });
    expect([await world.store.domains.list(), await world.store.domains.custom(installation.id)]).toEqual(before);
  });

  test("are on record when Caddy does not answer, and served by the same call once it does", async () => {
    await live();
    world.proxy.away = true;
    expect((await put("web", "x.example.com")).json.error.code).toBe("caddy_unavailable");
    world.proxy.away = false;
    expect((await put("web", "x.example.com")).status).toBe(200);
    expect(world.woken.proxy).toBe(1);
  });
});
