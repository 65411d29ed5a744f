import { describe, expect, test, vi } from "vitest";
import { announceHosts } from "../../server/pipeline/hosts.ts";
import type { Work, World } from "../../server/pipeline/work.ts";
import { ProxyRefused, ProxyUnavailable } from "../../server/ports/proxy.ts";
import { createFakeClock } from "../fakes/fake-clock.ts";
import { createFakeStore } from "../fakes/fake-store.ts";
import { createSamples, sampleSpec } from "../web/samples.ts";

async function createScene(publishRoutes: () => Promise<void>) {
  const clock = createFakeClock();
  const store = createFakeStore(clock);
  const { installation } = await createSamples(store, clock).product("shop");
  const published = vi.fn(publishRoutes);
  const world = { store, clock, publishRoutes: published } as unknown as World;
  const work = { installation, signal: new AbortController().signal } as unknown as Work;
  return { clock, published, announce: () => announceHosts(world, work, sampleSpec("shop"), null) };
}

describe("a version that brings hosts", () => {
  test("waits for a proxy that is away, and goes on once it answers", async () => {
    let isAway = true;
    const { clock, published, announce } = await createScene(async () => {
      if (isAway) throw new ProxyUnavailable("connect ENOENT");
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

  test("fails after 30 s of it, with a sentence that says what goes on", async () => {
    const { clock, announce } = await createScene(() => Promise.reject(new ProxyUnavailable("connect ENOENT")));
    const announced = announce();
    announced.catch(() => {});
    await vi.waitFor(() => expect(clock.sleeping).toBe(1));
    clock.advance(30_000);
    await expect(announced).rejects.toMatchObject({
      failure: {
        stage: "cut-over",
        message: "the proxy did not take the addresses of this version: connect ENOENT",
        hint: expect.stringMatching(/^The previous version goes on serving/),
      },
    });
  });

  test("fails at once where the proxy refuses them", async () => {
    const { published, announce } = await createScene(() => Promise.reject(new ProxyRefused("no such module")));
    await expect(announce()).rejects.toMatchObject({ failure: { message: expect.stringContaining("no such module") } });
    expect(published).toHaveBeenCalledOnce();
  });
});
