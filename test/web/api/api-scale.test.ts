import { beforeEach, describe, expect, test } from "vitest";
import type { ContainerId } from "../../../server/model/names/ids.ts";
import type { Installation } from "../../../server/model/product.ts";
import { aService } from "../../model/a-deployment.ts";
import { sampleContainer, sampleSpec } from "../samples.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let installation: Installation;
beforeEach(async () => {
  world = await createWorld();
  ({ installation } = await world.samples.product("shop"));
});

const put = (body: unknown) => world.read(`/api/product-deployments/${installation.id}/scale`, { method: "PUT", body });

describe("scaling a service", () => {
  test("is kept, tells how many should run, and is taken away with null", async () => {
    world.samples.live(installation);
    const { status, json } = await put({ service: "web", replicas: 3 });
    expect(status).toBe(200);
    expect(json.scaling).toEqual([{ service: "web", replicas: 3, sticky: null }]);
    expect(json.stacks).toMatchObject([{ services: [{ name: "web", replicas: 3 }] }]);
    expect((await put({ service: "web", sticky: true })).json.scaling).toEqual([
      { service: "web", replicas: 3, sticky: true },
    ]);
    expect((await put({ service: "web", replicas: null, sticky: null })).json.scaling).toEqual([]);
  });

  test("before anything is deployed waits for the first version", async () => {
    expect((await put({ service: "web", replicas: 2 })).status).toBe(200);
  });

  test.each([
    [{ replicas: 0 }, 400, "replicas: enter a whole number from 1 to 32"],
    [{ replicas: 33 }, 400, "replicas: enter a whole number from 1 to 32"],
    [{ replicas: 2, service: "blog" }, 400, 'the live version has no service "blog": its services are web, db'],
    [{ replicas: 2, service: "db" }, 409, "db cannot run more than once: it keeps its data in the volume data"],
    [
      { sticky: true, service: "db" },
      409,
      "db cannot have sticky sessions: it is of kind tcp, and only HTTP requests have cookies",
    ],
  ])("is refused in a sentence: %j", async (wrong, wanted, message) => {
    const live = world.samples.live(installation);
    const db = aService({ name: "db", kind: "tcp", stateful: "keeps its data in the volume data" });
    world.store.put({
      ...live,
      spec: { ...sampleSpec("shop"), stacks: [{ name: "app", services: [aService(), db] }] },
    });
    const { status, json } = await put({ service: "web", ...wrong });
    expect([status, json.error.message]).toEqual([wanted, message]);
    expect(await world.store.installations.scalings(installation.id)).toEqual(new Map());
  });
});

test("the API tells of each replica, also of one that is yet to start", async () => {
  const live = world.samples.live(installation);
  await put({ service: "web", replicas: 3 });
  const second = { id: "f".repeat(64) as ContainerId, replica: 2, restartCount: 4 };
  world.engine.containers.push(
    sampleContainer(live, installation.productId),
    sampleContainer(live, installation.productId, second),
  );
  const { json } = await world.read(`/api/product-deployments/${installation.id}`);
  const instances = [
    { replica: 1, status: "running", machine: null, restarts: 0 },
    { id: second.id, replica: 2, status: "running", restarts: 4 },
    { id: null, replica: 3, status: "starting", startedAt: null, restarts: 0 },
  ];
  expect(json.stacks).toMatchObject([{ services: [{ status: "running", instances }] }]);
});
