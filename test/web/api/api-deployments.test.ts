import { beforeEach, describe, expect, test } from "vitest";
import type { DeploymentId } from "../../../server/model/names/ids.ts";
import type { Installation } from "../../../server/model/product.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let installation: Installation;
beforeEach(async () => {
  world = await createWorld();
  ({ installation } = await world.samples.product("my-api"));
});

const read: World["read"] = (path, init) => world.read(path, init);
const rowOf = (id: number) => world.store.rows.deployments.get(id as DeploymentId);
const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe("a deployment", () => {
  test("that waits says its place and what for", async () => {
    world.samples.building(installation);
    const queued = world.samples.queued(installation);
    const { json } = await read(`/api/deployments/${queued.id}`);
    expect(json).toEqual({
      id: queued.id,
      number: 2,
      product: "my-api",
      productDeployment: installation.id,
      environment: "production",
      status: "queued",
      live: false,
      readyAt: null,
      reason: null,
      stoppedBy: null,
      dataBefore: null,
      failure: null,
      trigger: "push",
      by: "admin",
      ref: "main",
      commit: { sha: expect.stringMatching(/^[0-9a-f]{40}$/), message: expect.any(String), author: "Ada Lovelace" },
      fresh: false,
      source: null,
      queue: { position: 1, waitingFor: "deployment 1 of this product, which is building" },
      stacks: [],
      createdAt: iso,
      startedAt: null,
      liveAt: null,
      finishedAt: null,
    });
  });

  test("that is live says so, and what it is made of", async () => {
    const { id } = world.samples.live(installation);
    const { json } = await read(`/api/deployments/${id}`);
    expect(json).toMatchObject({ status: "ready", live: true, readyAt: iso, startedAt: iso, liveAt: iso, queue: null });
    expect(json.finishedAt).toBe(json.readyAt);
    expect(json.stacks).toEqual([
      {
        name: "my-api",
        displayName: "My Api",
        status: "running",
        phase: null,
        percent: 100,
        serviceCount: 1,
        servicesDone: 1,
        currentService: null,
        message: null,
      },
    ]);
  });

  test("that failed explains itself", async () => {
    const failure = {
      stage: "health",
      service: "web",
      message: "web did not answer",
      hint: "listen on 0.0.0.0",
    } as const;
    const { id } = world.samples.failed(installation, failure);
    const { json } = await read(`/api/deployments/${id}`);
    expect(json).toMatchObject({ status: "failed", live: false, finishedAt: iso, failure });
  });

  test("tells the newest progress of its stacks", async () => {
    const { id } = world.samples.building(installation);
    const stack = {
      name: "my-api",
      status: "deploying",
      serviceCount: 1,
      servicesDone: 0,
      currentService: "web",
    } as const;
    await world.store.events.append(id, [
      { type: "stack", stack: { ...stack, phase: "Pulling images", percent: 5 } },
      { type: "stack", stack: { ...stack, phase: "Building images", percent: 20 } },
    ]);
    const { json } = await read(`/api/deployments/${id}`);
    expect(json.stacks).toEqual([
      { ...stack, message: null, displayName: "My Api", phase: "Building images", percent: 20 },
    ]);
  });

  test.each(["/api/deployments/99999", "/api/deployments/99999/log", "/api/deployments/99999/events"])(
    "that there is not is 404 at %s",
    async (path) => {
      expect(await read(path)).toEqual({
        status: 404,
        json: { error: { code: "not_found", message: "there is no deployment 99999" } },
      });
    },
  );

  test.each(["x", "-1", "1.5", "0"])("numbered %s is refused", async (id) => {
    expect((await read(`/api/deployments/${id}`)).status).toBe(400);
  });
});

describe("lists of deployments", () => {
  test("come newest first, page by page, until there is no next", async () => {
    const ids = Array.from({ length: 5 }, () => world.samples.failed(installation, {}).id).reverse();
    for (const list of ["/api/deployments", "/api/products/my-api/deployments"]) {
      const seen: number[] = [];
      let pages = 0;
      for (let next: string | undefined = ""; next !== undefined; pages++) {
        const { json } = await read(`${list}?limit=2${next === "" ? "" : `&before=${next}`}`);
        seen.push(...json.items.map(({ id }: { id: number }) => id));
        next = json.next;
      }
      expect([seen, pages]).toEqual([ids, 3]);
    }
  });

  test.each([
    ["/api/deployments?limit=101", "limit: enter a whole number from 1 to 100"],
    ["/api/deployments?limit=ten", "limit: enter a whole number from 1 to 100"],
    ["/api/deployments?before=1.5", "before: enter a whole number of at least 1"],
    ["/api/products?limit=0", "limit: enter a whole number from 1 to 100"],
    ["/api/product-deployments?after=-1", "after: enter a whole number of at least 1"],
    ["/api/deployments/none", "id: enter a whole number of at least 1"],
  ])("say which numbers are accepted: %s", async (path, message) => {
    const { status, json } = await read(path);
    expect([status, json.error.message]).toEqual([400, message]);
  });
});

describe("a version is made live again", () => {
  const redeploy = (id: number, body?: unknown) =>
    read(`/api/deployments/${id}/redeploy`, { method: "POST", ...(body !== undefined && { body }) });

  test("without a build while its images are there, with the variables it had", async () => {
    const earlier = world.samples.ready(installation);
    world.samples.live(installation);
    world.engine.images.add(earlier.spec.stacks[0]?.services[0]?.image ?? "");
    const asked = await redeploy(earlier.id);
    expect(asked).toMatchObject({ status: 202, json: { rebuild: false, trigger: "rollback", source: earlier.id } });
    expect(rowOf(asked.json.id)).toMatchObject({ variables: "then", by: "admin" });
  });

  test("with a build when they are gone, with today's variables when asked to", async () => {
    const live = world.samples.live(installation);
    const asked = await redeploy(live.id, { variables: "now" });
    expect(asked).toMatchObject({ status: 202, json: { rebuild: true, trigger: "redeploy" } });
    expect(rowOf(asked.json.id)).toMatchObject({ variables: "now" });
    expect((await redeploy(live.id, { variables: "later" })).json.error.message).toBe(
      'variables: enter "then" or "now"',
    );
  });

  test("only when it was ready once", async () => {
    const failed = world.samples.failed(installation, {});
    expect((await redeploy(failed.id)).status).toBe(409);
  });
});

describe("cancelling", () => {
  const cancel = (id: number) => read(`/api/deployments/${id}/cancel`, { method: "POST" });

  test("a queued one stops it at once", async () => {
    const queued = world.samples.queued(installation);
    expect(await cancel(queued.id)).toMatchObject({ status: 202, json: { status: "stopped", reason: "cancelled" } });
  });

  test("a running one asks it to stop", async () => {
    const building = world.samples.building(installation);
    expect(await cancel(building.id)).toMatchObject({ status: 202, json: { status: "building" } });
  });

  test("one that is being cut over is too late", async () => {
    const deploying = world.samples.deploying(installation);
    if (deploying.step !== "start") throw new Error("the sample has begun to cut over");
    world.store.put({ ...deploying, step: "cut-over" });
    expect((await cancel(deploying.id)).json.error.message).toMatch(/being cut over/);
    expect((await cancel(world.samples.ready(installation).id)).status).toBe(409);
  });
});

test("a query value that is left empty is as good as absent", async () => {
  const { status } = await (await createWorld()).read("/api/deployments?limit=&before=");
  expect(status).toBe(200);
});
