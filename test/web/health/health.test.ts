import { beforeEach, expect, test } from "vitest";
import { StoreUnavailable } from "../../../server/ports/store/store.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

test("the process is up, whatever it stands on", async () => {
  world.engine.away = true;
  expect(await (await world.fetch("/livez")).text()).toBe("ok\n");
});

test("healthy is 200", async () => {
  const answer = await world.fetch("/healthz");
  expect([answer.status, await answer.json()]).toEqual([
    200,
    { status: "ok", database: "ok", docker: "ok", caddy: "ok" },
  ]);
});

test.each(["database", "docker", "caddy"])("without its %s it is 503 and says which", async (part) => {
  if (part === "database") world.store.ping = () => Promise.reject(new StoreUnavailable("away"));
  if (part === "docker") world.engine.away = true;
  if (part === "caddy") world.proxy.away = true;
  const answer = await world.fetch("/healthz");
  expect([answer.status, await answer.json()]).toMatchObject([503, { status: "unavailable", [part]: "unreachable" }]);
});

test("however many ask within two seconds, Docker, the database and Caddy are asked once", async () => {
  const asked = { database: 0, docker: 0, caddy: 0 };
  world.store.ping = async () => void asked.database++;
  const info = world.engine.info.bind(world.engine);
  world.engine.info = (signal) => {
    asked.docker++;
    return info(signal);
  };
  const ping = world.proxy.ping.bind(world.proxy);
  world.proxy.ping = (signal) => {
    asked.caddy++;
    return ping(signal);
  };
  const ask = async (times: number) =>
    Promise.all(Array.from({ length: times }, async () => (await world.fetch("/healthz")).status));

  expect(new Set(await ask(50))).toEqual(new Set([200]));
  await world.clock.advance(1_900);
  await ask(5);
  expect(asked).toEqual({ database: 1, docker: 1, caddy: 1 });
  await world.clock.advance(200);
  await ask(5);
  expect(asked).toEqual({ database: 2, docker: 2, caddy: 2 });
});

test("metrics count what waits, what runs, and requests by their pattern", async () => {
  const { installation } = await world.samples.product("shop");
  world.samples.building(installation);
  world.samples.queued(installation);
  await world.api("/api/products/shop");
  await world.api("/no/such/address");
  const text = await (await world.api("/metrics")).text();
  expect(text).toContain('baton_deployments{status="building"} 1');
  expect(text).toContain("baton_queue_length 1");
  expect(text).toContain("baton_builds_running 1");
  expect(text).toMatch(/duration_seconds_count\{method="GET",route="\/api\/products\/:product",status="200"\} 1/);
  expect(text).toMatch(/route="none",status="404"/);
  expect(text).not.toContain("/no/such/address");
});
