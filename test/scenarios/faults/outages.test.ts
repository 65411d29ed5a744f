import { describe, expect, test } from "vitest";
import { ProxyUnavailable } from "../../../server/ports/proxy.ts";
import { StoreUnavailable } from "../../../server/ports/store/store.ts";
import type { FakeWorld } from "../../fakes/fake-world.ts";
import { grown, plain } from "../products.ts";
import { withLive } from "../scene.ts";

const always = { times: Number.POSITIVE_INFINITY };
const proxyAway = () => new ProxyUnavailable("connect ENOENT admin.sock");

/** The dependencies that may be unreachable. */
const outages = {
  Docker(world: FakeWorld) {
    world.docker.away = true;
  },
  "a Docker that hangs"(world: FakeWorld) {
    world.docker.hang(Number.POSITIVE_INFINITY);
  },
  "the database"(world: FakeWorld) {
    world.faults.fail("store.*", () => new StoreUnavailable("The database is not responding: ECONNREFUSED"), always);
  },
  /** The lock is lost too, so the server suspends its work until it has the lock again. */
  "the database with its lock"(world: FakeWorld) {
    outages["the database"](world);
    world.clock.after(10, () => void world.suspend());
  },
  /** The switch on disk still works, and Caddy keeps serving. */
  "Caddy's admin socket"(world: FakeWorld) {
    for (const call of ["ping", "setRoutes", "inFlight"]) world.faults.fail(`proxy.${call}`, proxyAway, always);
  },
  "the proof of Caddy"(world: FakeWorld) {
    world.faults.fail("proxy.prove", proxyAway, always);
  },
} as const;

function comesBack(world: FakeWorld): void {
  world.docker.away = false;
  world.docker.hang(0);
  world.faults.heal();
  world.start();
}

/** Makes the dependency unreachable when the server reaches this failpoint, and reachable again after `forMs`. */
function goesAway(world: FakeWorld, what: keyof typeof outages, at: string, forMs: number): void {
  world.faults.before(`failpoint.${at}`, () => {
    outages[what](world);
    world.clock.after(forMs, () => {
      comesBack(world);
    });
  });
}

const untilBuilt = ["claimed", "fetched"];
const untilSwitched = ["created", "started", "initialised", "held", "old-stopped", "checked"];
const whileBuilt = ["built", ...untilSwitched];
const whileSwitching = ["before-switch", "after-switch"];
const all = [...untilBuilt, ...whileBuilt, ...whileSwitching, "watching", "ready"];

/** `ready`, or the stage and the message of the failure. */
type End = "ready" | readonly [string, RegExp];

interface Case {
  readonly what: keyof typeof outages;
  readonly at: readonly string[];
  readonly forMs: readonly number[];
  readonly end: End;
}

const [short, long] = [20_000, 11 * 60_000];
const noDatabase = /The database is not responding/;
const cases: readonly Case[] = [
  { what: "Docker", at: all, forMs: [short, long], end: "ready" },
  { what: "a Docker that hangs", at: all, forMs: [short, 45_000, long], end: "ready" },
  { what: "the database with its lock", at: all, forMs: [short, long], end: "ready" },
  { what: "the database", at: ["claimed"], forMs: [short], end: ["build", noDatabase] },
  { what: "the database", at: untilSwitched, forMs: [short], end: ["start", noDatabase] },
  { what: "the database", at: ["fetched", "built", ...whileSwitching, "ready"], forMs: [short], end: "ready" },
  { what: "the database", at: ["watching"], forMs: [short], end: ["watch", noDatabase] },
  // The failure could not be recorded for so long that the deployment starts over.
  { what: "the database", at: all, forMs: [long], end: "ready" },
  { what: "Caddy's admin socket", at: all, forMs: [short], end: "ready" },
  {
    what: "Caddy's admin socket",
    at: ["built", "checked"],
    forMs: [long],
    end: ["cut-over", /did not accept the addre/],
  },
  { what: "Caddy's admin socket", at: [...whileSwitching, "watching"], forMs: [long], end: "ready" },
  { what: "the proof of Caddy", at: whileSwitching, forMs: [3_000], end: "ready" },
  { what: "the proof of Caddy", at: whileSwitching, forMs: [short], end: ["cut-over", /is served by nothing after/] },
];
const rows = cases.flatMap(({ at, forMs, ...one }) => forMs.flatMap((ms) => at.map((name) => ({ ...one, ms, name }))));

describe("while a new version comes, and what is away is back", () => {
  test.each(rows)("$what away at $name for $ms ms", async ({ what, name, ms, end: expected }) => {
    const { world, first, users, end, wrong } = await withLive(grown());
    goesAway(world, what, name, ms);
    const id = await world.push("shop", grown({}, { prints: ["2"] }));
    const deployment = await end(id);
    await world.pass(ms);
    if (expected === "ready") {
      expect(deployment).toMatchObject({ status: "ready" });
      expect(users.answered).toEqual([first, id]);
    } else {
      const [stage, message] = expected;
      expect(deployment).toMatchObject({
        status: "failed",
        failure: { stage, message: expect.stringMatching(message) },
      });
      expect(users.answered.at(-1)).toBe(first);
    }
    expect(await wrong()).toEqual([]);
  });
});

test("a push that waits for Docker can be cancelled", async () => {
  const { world, first, users, end, wrong } = await withLive(plain());
  outages.Docker(world);
  const id = await world.push("shop", plain({ prints: ["2"] }));
  await world.pass(3_600_000);
  expect(await world.status(id)).toBe("building");
  await world.ask(async (commands) => commands.cancel(await world.deployment(id), "Ada"));
  expect(await end(id)).toMatchObject({ status: "stopped", reason: "cancelled" });
  comesBack(world);
  expect(await wrong()).toEqual([]);
  expect(users.answered).toEqual([first]);
});
