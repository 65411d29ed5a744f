import { beforeEach, describe, expect, test } from "vitest";
import type { DeploymentId } from "../../../server/model/names/ids.ts";
import type { Installation, Product } from "../../../server/model/product.ts";
import { sampleCommit, sampleContainer } from "../samples.ts";
import { createWorld, type World } from "../world.ts";

let world: World;
let product: Product;
let installation: Installation;
beforeEach(async () => {
  world = await createWorld();
  ({ product, installation } = await world.samples.product("my-api"));
});

const read: World["read"] = (path, init) => world.read(path, init);

describe("a product deployment", () => {
  test("tells its address and what its services do, and only the names of its variables", async () => {
    const live = world.samples.live(installation);
    world.engine.containers.push(sampleContainer(live, product.id, { healthcheck: "unhealthy" }));
    const canary = "canary-5f2a";
    await world.store.installations.changeVariables(installation.id, { OLD: canary }, []);
    const put = await read(`/api/product-deployments/${installation.id}/variables`, {
      method: "PUT",
      body: { set: { B: canary, A: canary }, unset: ["OLD"] },
    });
    const url = "http://my-api.localhost:8080";
    expect(put.json).toEqual({
      id: installation.id,
      product: "my-api",
      environment: "production",
      environmentId: installation.environmentId,
      branch: "main",
      urls: [url],
      status: "degraded",
      live: live.id,
      variables: ["A", "B"],
      pendingVariables: ["A", "B"],
      serviceSettings: [],
      scaling: [],
      pendingSettings: [],
      domains: [],
      stacks: [
        {
          name: "my-api",
          displayName: "My Api",
          services: [
            {
              name: "web",
              kind: "web",
              kindReason: null,
              status: "unhealthy",
              trouble: expect.stringMatching(/^web is unhealthy\./),
              url,
              replicas: 1,
              instances: [
                {
                  ...{ id: expect.any(String), replica: 1, status: "unhealthy", machine: null },
                  ...{ startedAt: live.createdAt.toISOString(), restarts: 0 },
                },
              ],
            },
          ],
        },
      ],
    });
    expect(JSON.stringify([put, await read("/api/product-deployments")])).not.toContain(canary);
    expect(await world.store.installations.variables(installation.id)).toEqual({ A: canary, B: canary });
  });

  test("gets today's variables by a deployment of its live version, unless another is under way", async () => {
    const apply = () => read(`/api/product-deployments/${installation.id}/apply`, { method: "POST" });
    expect((await apply()).status).toBe(409);
    const live = world.samples.live(installation);
    const { status, json } = await apply();
    expect([status, json]).toMatchObject([
      202,
      { trigger: "redeploy", source: live.id, status: "queued", fresh: false },
    ]);
    expect(await world.store.deployments.get(json.id as DeploymentId)).toMatchObject({
      variables: "now",
      sourceId: live.id,
    });
    const again = await apply();
    expect([again.status, again.json.error.message]).toEqual([
      409,
      "deployment 2 is under way: apply the changes when it has finished",
    ]);
  });

  test("without a version is empty", async () => {
    const { json } = await read(`/api/product-deployments/${installation.id}`);
    expect(json).toMatchObject({ status: "empty", urls: [], live: null, stacks: [] });
  });

  test.each([
    { set: { "1X": "v" } },
    { set: { X: "a\u0000b" } },
    { unset: ["a b"] },
    { set: { X: "x".repeat(32_769) } },
  ])("refuses variables that no process could be given", async (body) => {
    const answer = await read(`/api/product-deployments/${installation.id}/variables`, { method: "PUT", body });
    expect(answer.status).toBe(400);
  });

  test("is deployed from a branch, tag or commit", async () => {
    world.git.commits.set("v2", sampleCommit("Version two"));
    const path = `/api/product-deployments/${installation.id}/deploy`;
    const asked = await read(path, { method: "POST", body: { ref: "v2" } });
    expect(asked.status).toBe(202);
    expect(asked.json).toMatchObject({
      status: "queued",
      trigger: "api",
      by: "admin",
      commit: { message: "Version two" },
    });
    expect(world.woken.queue).toBe(1);
    expect((await read(path, { method: "POST", body: { ref: "v3" } })).status).toBe(400);
    expect((await read(path, { method: "POST" })).status).toBe(400);
  });

  test("is deployed from a commit's id in upper case or cut short, unless several begin so", async () => {
    const commit = sampleCommit("Version two");
    const deploy = async (asked: string) => {
      const path = `/api/product-deployments/${installation.id}/deploy`;
      return read(path, { method: "POST", body: { commit: asked } });
    };
    world.git.commits.set(commit.sha, commit);
    for (const asked of [commit.sha.slice(0, 8), commit.sha.toUpperCase(), commit.sha.slice(0, 7).toUpperCase()])
      expect(await deploy(asked)).toMatchObject({ status: 202, json: { commit: { sha: commit.sha } } });
    world.git.commits.set("another", sampleCommit("Version three"));
    expect(await deploy(commit.sha.slice(0, 8))).toMatchObject({
      status: 400,
      json: { error: { message: expect.stringContaining("ambiguous") } },
    });
    await world.store.products.update(product.id, { repository: "https://github.com/acme/shop" });
    expect(await deploy(commit.sha.slice(0, 24).toUpperCase())).toMatchObject({
      status: 202,
      json: { ref: commit.sha },
    });
  });

  test("is deployed from a commit of the ref that is named with it, and from no other", async () => {
    const [tip, older, foreign] = [sampleCommit("Tip"), sampleCommit("Older"), sampleCommit("Foreign")];
    for (const [name, commit] of [
      ["release", tip] as const,
      ...[tip, older, foreign].map((one) => [one.sha, one] as const),
    ])
      world.git.commits.set(name, commit);
    world.git.isAncestor = async (_product, ancestor, descendant) => ancestor === older.sha && descendant === tip.sha;
    const deploy = (body: object) =>
      read(`/api/product-deployments/${installation.id}/deploy`, { method: "POST", body });
    const named = await deploy({ ref: "release", commit: older.sha });
    expect(named).toMatchObject({ status: 202, json: { ref: "release", commit: { message: "Older" } } });
    expect((await deploy({ ref: "release", commit: tip.sha })).status).toBe(202);
    expect(await deploy({ ref: "release", commit: foreign.sha })).toMatchObject({
      status: 400,
      json: { error: { code: "invalid", message: `commit ${foreign.sha.slice(0, 8)} is not part of release` } },
    });
    expect(await deploy({ ref: "nothing", commit: tip.sha })).toMatchObject({
      status: 400,
      json: { error: { message: 'this product\'s repository has no branch, tag or commit "nothing"' } },
    });
  });

  test("whose repository is elsewhere is deployed from a commit and a ref that are looked for there", async () => {
    await world.store.products.update(product.id, { repository: "https://github.com/acme/shop" });
    const deploy = (body: object) =>
      read(`/api/product-deployments/${installation.id}/deploy`, { method: "POST", body });
    const sha = "c".repeat(40);
    expect(await deploy({ ref: "release", commit: sha })).toMatchObject({
      status: 202,
      json: { ref: "release", commit: { sha } },
    });
    expect(await deploy({ commit: sha })).toMatchObject({ status: 202, json: { ref: sha, commit: null } });
    expect(await deploy({ ref: "release" })).toMatchObject({ status: 202, json: { ref: "release", commit: null } });
    expect(await deploy({ ref: "release", commit: "c0ffee" })).toMatchObject({
      status: 400,
      json: { error: { message: 'Baton has not fetched a commit "c0ffee" yet: give all 40 characters of its id' } },
    });
  });

  test("is stopped, but not while it is being deployed", async () => {
    world.samples.live(installation);
    const path = `/api/product-deployments/${installation.id}/stop`;
    const building = world.samples.building(installation);
    expect((await read(path, { method: "POST" })).status).toBe(409);
    world.store.rows.deployments.delete(building.id);
    expect(await read(path, { method: "POST" })).toMatchObject({
      status: 202,
      json: { status: "stopped", live: null },
    });
    expect(world.woken.reconciler).toBe(1);
  });

  test("is gone for whoever asks once its product is being deleted", async () => {
    await world.store.products.markDeleted(product.id, { keepVolumes: true });
    expect((await read(`/api/product-deployments/${installation.id}`)).status).toBe(404);
    expect((await read(`/api/product-deployments/${installation.id}/deploy`, { method: "POST" })).status).toBe(404);
    expect((await read("/api/product-deployments")).json.items).toEqual([]);
  });

  test("is not guessed at while Docker does not answer", async () => {
    world.samples.live(installation);
    world.engine.away = true;
    expect(await read(`/api/product-deployments/${installation.id}`)).toEqual({
      status: 503,
      json: { error: { code: "docker_unavailable", message: "Docker is not responding" } },
    });
  });
});
