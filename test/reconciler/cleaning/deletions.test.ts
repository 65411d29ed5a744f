import { expect, test, vi } from "vitest";
import type { Slug } from "../../../server/model/product.ts";
import type { ReconcilerContext } from "../../../server/reconciler/context.ts";
import { createReconciler } from "../../../server/reconciler/reconciler.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createFakeEngine } from "../../fakes/fake-engine.ts";
import { createFakeGit } from "../../fakes/fake-git.ts";
import { createFakeProxy } from "../../fakes/fake-proxy.ts";
import { createFakeStore } from "../../fakes/store/fake-store.ts";
import { aContainer, anOwner } from "../../ports/a-container.ts";

const log = { debug() {}, info() {}, warn() {}, error() {} };

/** A running product that was deleted, and the calls that the reconciler makes, in order. */
async function aDeletedProduct() {
  const clock = createFakeClock();
  const store = createFakeStore(clock);
  const created = await store.products.create({ slug: "shop" as Slug, repository: null, branch: "main" });
  if (!created) throw new Error("there is a shop already");
  const { product, installation } = created;
  await store.products.markDeleted(product.id, { keepVolumes: true });

  const calls: string[] = [];
  const engine = createFakeEngine();
  engine.containers.push(aContainer({ owner: anOwner(1, installation.id) }));
  engine.stopContainer = async () => void calls.push("stop");
  engine.removeContainer = async () => void engine.containers.splice(0);
  engine.removeNetwork = async () => {};
  const proxy = createFakeProxy();
  proxy.listFolders = async () => new Map([[installation.id, []]]);
  proxy.forgetInstallation = async () => void calls.push("forget");
  const publishRoutes = vi.fn<ReconcilerContext["publishRoutes"]>(async () => {
    calls.push("publish");
    return [];
  });
  const reconciler = createReconciler({
    ...{ instance: engine.instance, engine, proxy, store, clock, log, publishRoutes },
    git: createFakeGit(),
    mountFiles: { remove: async () => {} } as unknown as ReconcilerContext["mountFiles"],
    prober: {} as ReconcilerContext["prober"],
    limits: {} as ReconcilerContext["limits"],
    failpoint: async () => {},
    makeRoom: async () => ({ images: 0, cacheBytes: 0 }),
    firewall: { state: () => null, apply: async () => ({ type: "held" }) } as unknown as ReconcilerContext["firewall"],
    buildLimiter: {
      state: () => null,
      apply: async () => ({ type: "off" }),
    } as unknown as ReconcilerContext["buildLimiter"],
    ...{
      drainTimeoutMs: 30_000,
      keepVersions: 5,
      wakeQueue: () => {},
      buildCacheBytes: null,
      buildCacheDays: null,
      keepVersionDays: null,
      logRetention: { days: null, deployments: null },
    },
  });
  return { reconciler, clock, calls, engine, publishRoutes, store };
}

test("a deleted product's address is withdrawn before its containers and its folder go", async () => {
  const { reconciler, clock, calls, engine, store } = await aDeletedProduct();
  await reconciler.start();
  await vi.waitFor(() => {
    clock.advance(200);
    expect(engine.containers).toEqual([]);
  });
  await vi.waitFor(async () => expect(await store.products.deleted()).toEqual([]));
  await reconciler.stop();
  // The first one is the publishing of every start.
  expect(calls.slice(0, 2)).toEqual(["publish", "publish"]);
  expect(calls).toContain("stop");
  expect(calls).toContain("forget");
});

test("a deleted product stays whole for as long as the proxy still leads to it", async () => {
  const { reconciler, clock, calls, engine, publishRoutes } = await aDeletedProduct();
  publishRoutes.mockRejectedValue(new Error("Caddy does not answer"));
  await reconciler.start();
  await vi.waitFor(() => {
    clock.advance(30_000);
    expect(publishRoutes.mock.calls.length).toBeGreaterThan(4);
  });
  expect(calls).toEqual([]);
  expect(engine.containers).toHaveLength(1);
  await reconciler.stop();
});
