import { EngineUnavailable } from "../../server/ports/engine.ts";
import { ProxyUnavailable } from "../../server/ports/proxy.ts";
import { StoreUnavailable } from "../../server/ports/store/store.ts";
import type { FakeWorld } from "../fakes/fake-world.ts";

const always = { times: Number.POSITIVE_INFINITY };

/** What a server may find to be away, with all that it asks of it. */
export const outages = {
  Docker: (world: FakeWorld) => {
    world.docker.endEvents();
    world.faults.fail("engine.*", () => new EngineUnavailable("connect ENOENT /var/run/docker.sock"), always);
  },
  "the database": (world: FakeWorld) =>
    world.faults.fail("store.*", () => new StoreUnavailable("connect ECONNREFUSED"), always),
  /** Its admin socket: what is on disk can still be switched, and Caddy goes on serving. */
  Caddy: (world: FakeWorld) => {
    for (const call of ["ping", "setRoutes", "prove", "inFlight"]) {
      world.faults.fail(`proxy.${call}`, () => new ProxyUnavailable("connect ENOENT admin.sock"), always);
    }
  },
} as const;

export type Outage = keyof typeof outages;

/** It goes away when the server comes to this call for the first time, and is back after so long; null: it stays away. */
export function goesAway(world: FakeWorld, what: Outage, at: string, forMs: number | null): void {
  world.faults.before(at, () => {
    outages[what](world);
    if (forMs !== null) world.clock.after(forMs, () => world.faults.heal());
  });
}
