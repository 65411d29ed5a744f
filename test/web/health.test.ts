import { beforeEach, expect, test } from "vitest";
import { StoreUnavailable } from "../../server/ports/store.ts";
import { createWorld, type World } from "./world.ts";

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
