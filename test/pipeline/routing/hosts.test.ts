import { describe, expect, test, vi } from "vitest";
import type { DeploymentContext } from "../../../server/pipeline/context/context.ts";
import { Suspended } from "../../../server/pipeline/deployment-failed.ts";
import { announceHosts } from "../../../server/pipeline/routing/hosts.ts";
import { ProxyRefused, ProxyUnavailable, type RouteFault } from "../../../server/ports/proxy.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createFakeStore } from "../../fakes/store/fake-store.ts";
import { createSamples, sampleSpec } from "../../web/samples.ts";

async function createScene(publishRoutes: DeploymentContext["publishRoutes"], signal = new AbortController().signal) {
  const clock = createFakeClock();
  const store = createFakeStore(clock);
  const { installation } = await createSamples(store, clock).product("shop");
  const published = vi.fn(publishRoutes);
  const context = {
    ...{ store, clock, publishRoutes: published },
    ...{ installation, signal },
  } as unknown as DeploymentContext;
  const announce = (routes = sampleSpec("shop").routes) =>
    announceHosts(context, { ...sampleSpec("shop"), routes }, null);
  return { clock, store, installation, published, announce };
}

describe("a version that brings hosts", () => {
  test("waits for a proxy that is away, and goes on once it answers", async () => {
    let isAway = true;
    const { clock, published, announce } = await createScene(async () => {
      if (isAway) throw new ProxyUnavailable("connect ENOENT");
      return [];
    });
    const announced = announce();
    for (let times = 1; times <= 10; times++) {
      await vi.waitFor(() => expect([published.mock.calls.length, clock.sleeping]).toEqual([times, 1]));
      clock.advance(500);
    }
    isAway = false;
    clock.advance(500);
    await announced;
  });

  test("fails after 30 s of it, with a sentence that says why", async () => {
    const { clock, announce } = await createScene(() => Promise.reject(new ProxyUnavailable("connect ENOENT")));
    const announced = announce();
    announced.catch(() => {});
    await vi.waitFor(() => expect(clock.sleeping).toBe(1));
    clock.advance(30_000);
    await expect(announced).rejects.toMatchObject({
      failure: {
        stage: "cut-over",
        message: "the proxy did not accept the addresses of this version: connect ENOENT",
        hint: "Caddy's log is in Baton's data folder, in caddy/.",
      },
    });
  });

  test("fails at once where the proxy refuses them, and takes its claim on them back", async () => {
    const { store, published, announce } = await createScene(() => Promise.reject(new ProxyRefused("no such module")));
    await expect(announce()).rejects.toMatchObject({ failure: { message: expect.stringContaining("no such module") } });
    // It publishes its own hosts, and then those that remain after it took its claim back.
    expect(published).toHaveBeenCalledTimes(2);
    expect(await store.domains.list()).toEqual([]);
  });

  test("fails where the proxy leaves them out, and what was served before is served again", async () => {
    const faults: RouteFault[] = [];
    const { store, installation, announce } = await createScene(async () => faults);
    const before = { host: "shop.localhost", service: "web", waits: false };
    await store.domains.setFor(installation.id, [before]);
    faults.push({ installation: installation.id, message: "its host is taken" });
    await expect(announce([{ host: "new.localhost", service: "web" }])).rejects.toThrow("its host is taken");
    expect(await store.domains.list()).toEqual([{ ...before, installation: installation.id }]);
  });

  test("claims nothing that the proxy could not serve", async () => {
    const { store, published, announce } = await createScene(async () => []);
    const host = `${"a.".repeat(130)}com`;
    await expect(announce([{ host, service: "web" }])).rejects.toMatchObject({
      failure: {
        message: expect.stringMatching(/: the address a\.a\..* has 263 characters, and host names have at most 253$/),
      },
    });
    expect([published.mock.calls, await store.domains.list()]).toEqual([[], []]);
  });

  test("keeps its claim when the server stops, because the next start goes on from there", async () => {
    const stopping = new AbortController();
    const { store, announce } = await createScene(async () => {
      stopping.abort(new Suspended("the server stops"));
      throw stopping.signal.reason;
    }, stopping.signal);
    await expect(announce()).rejects.toThrow("the server stops");
    expect(await store.domains.list()).toHaveLength(1);
  });
});
