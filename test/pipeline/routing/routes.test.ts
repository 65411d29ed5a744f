import { expect, it } from "vitest";
import type { InstallationId } from "../../../server/model/names/ids.ts";
import { createRoutePublisher } from "../../../server/pipeline/routing/routes.ts";
import type { InstallationRoutes } from "../../../server/ports/proxy.ts";
import type { Domain } from "../../../server/ports/store/domains.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createFakeStore } from "../../fakes/store/fake-store.ts";
import { createSamples } from "../../web/samples.ts";

const never = new AbortController().signal;
const domain = (installation: number): Domain => ({
  installation: installation as InstallationId,
  host: `app-${installation}.localhost`,
  service: "web",
});

const log = { debug() {}, info() {}, warn() {}, error() {} };

function storeWith(domains: readonly Domain[]) {
  return { ...createFakeStore(createFakeClock()), domains: { list: async () => [...domains] } };
}

it("two deployments that bring hosts at once both find theirs in what was set last", async () => {
  const domains: Domain[] = [domain(1)];
  const set: (readonly InstallationRoutes[])[] = [];
  const { publish } = createRoutePublisher({
    store: storeWith(domains),
    log,
    proxy: {
      async setRoutes(routes) {
        // The slower the first publishing is, the staler is what it has read.
        if (set.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
        set.push(routes);
        return [];
      },
    },
  });

  const first = publish(never);
  domains.push(domain(2));
  const second = publish(never);
  await Promise.all([first, second]);

  expect(set.at(-1)?.map(({ installation }) => installation)).toEqual([1, 2]);
});

it("a load that the proxy refuses does not stop the next one", async () => {
  let calls = 0;
  const { publish } = createRoutePublisher({
    store: storeWith([]),
    log,
    proxy: {
      async setRoutes() {
        calls += 1;
        if (calls === 1) throw new Error("refused");
        return [];
      },
    },
  });
  await expect(publish(never)).rejects.toThrow("refused");
  await expect(publish(never)).resolves.toEqual([]);
});

it("what the proxy leaves out is named, in the log once, until it can be served", async () => {
  const clock = createFakeClock();
  const store = createFakeStore(clock);
  const { installation } = await createSamples(store, clock).product("poison");
  const warned: string[] = [];
  let faults = [{ installation: installation.id, message: "the address is too long" }];
  const { publish, unserved } = createRoutePublisher({
    store,
    log: { ...log, warn: (_, message) => warned.push(message) },
    proxy: { setRoutes: async () => faults },
  });

  expect(await publish(never)).toEqual(faults);
  await publish(never);
  expect(unserved()).toEqual([{ ...faults[0], name: "poison" }]);
  expect(warned).toEqual(["an address of poison cannot be served: the address is too long"]);

  faults = [];
  await publish(never);
  expect(unserved()).toEqual([]);
});
