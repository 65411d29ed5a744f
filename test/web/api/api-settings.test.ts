import { beforeEach, describe, expect, test } from "vitest";
import type { Installation } from "../../../server/model/product.ts";
import { nothingSet } from "../../../server/model/service-settings.ts";
import { aService } from "../../model/a-deployment.ts";
import { sampleSpec } from "../samples.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let installation: Installation;
beforeEach(async () => {
  world = await createWorld();
  ({ installation } = await world.samples.product("shop"));
});

const put = (body: unknown) =>
  world.read(`/api/product-deployments/${installation.id}/settings`, { method: "PUT", body });

describe("health check and limits of a service", () => {
  test("are set, changed one by one, and taken away with null", async () => {
    const first = await put({ service: "web", health: { path: "/ready", timeout: "2m" }, memory: "512m", cpus: 0.5 });
    const health = { path: "/ready", interval: null, tryTimeout: null, timeout: "2m", successes: null };
    expect(first.status).toBe(200);
    expect(first.json.serviceSettings).toEqual([{ service: "web", health, memory: "512m", cpus: 0.5 }]);
    const second = await put({ service: "web", health: { path: null }, cpus: 2 });
    const left = { service: "web", health: { ...health, path: null }, memory: "512m", cpus: 2 };
    expect(second.json.serviceSettings).toEqual([left]);
    const third = await put({ service: "web", health: { timeout: null }, memory: null, cpus: null });
    expect(third.json.serviceSettings).toEqual([]);
  });

  test("are not yet live until a deployment has brought them", async () => {
    const live = world.samples.live(installation);
    const stacks = (path: string | null) => [
      {
        name: "app",
        services: [aService({ settings: { set: { ...nothingSet, path }, inRepository: [] } })],
      },
    ];
    world.store.put({ ...live, spec: { ...sampleSpec("shop"), stacks: stacks(null) } });
    expect((await put({ service: "web", health: { path: "/ready" } })).json.pendingSettings).toEqual(["web"]);
    world.store.put({ ...live, spec: { ...sampleSpec("shop"), stacks: stacks("/ready") } });
    expect((await world.read(`/api/product-deployments/${installation.id}`)).json.pendingSettings).toEqual([]);
  });

  test.each([
    [{ health: { path: "ready" } }, "health.path: enter a path that starts with a slash, such as /ready"],
    [{ health: { timeout: "90" } }, "health.timeout: enter a duration such as 500ms, 5s or 10m"],
    [{ health: { successes: 0 } }, "health.successes: enter a whole number from 1 to 100"],
    [{ memory: "1m" }, "memory: enter a size from 6m to 1024g, such as 512m"],
    [{ cpus: 0 }, "cpus: enter a number from 0.01 to 1024, such as 0.5"],
    [{ health: { retries: 3 } }, '"retries" is not a field of this call'],
  ])("are refused in a sentence: %j", async (wrong, message) => {
    const { status, json } = await put({ service: "web", ...wrong });
    expect(status).toBe(400);
    expect(json.error.message).toBe(message);
    expect(await world.store.installations.serviceSettings(installation.id)).toEqual(new Map());
  });
});
