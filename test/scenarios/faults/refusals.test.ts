import { describe, expect, test } from "vitest";
import type { Stage } from "../../../server/model/deployment/deployment.ts";
import { PortTaken, StartFailed } from "../../../server/ports/engine/containers.ts";
import { EngineRefused } from "../../../server/ports/engine/engine.ts";
import { BuildFailed, ImageMissing } from "../../../server/ports/engine/images.ts";
import { SubnetTaken } from "../../../server/ports/engine/networks.ts";
import { TreeTooLarge } from "../../../server/ports/git.ts";
import { ProxyRefused } from "../../../server/ports/proxy.ts";
import { PoolExhausted } from "../../../server/ports/store/leases.ts";
import type { App } from "../../fakes/docker/app.ts";
import type { FakeWorld } from "../../fakes/fake-world.ts";
import { grown, plain } from "../products.ts";
import { withLive } from "../scene.ts";

const noSpace = () => Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });

interface Refusal {
  readonly what: string;
  /** Breaks something, and returns how to repair it. */
  readonly arm: (world: FakeWorld) => () => unknown;
  readonly stage: Stage;
  readonly message: RegExp;
  /** Whether it is only met by versions that get a network of their own; one service alone has its product's. */
  readonly isOfNetworks?: true;
}

/** Makes the call fail, at most this many times. */
function fails(call: string, error: () => Error, times = Number.POSITIVE_INFINITY): Refusal["arm"] {
  return ({ faults }) => {
    faults.fail(call, error, { times });
    return faults.heal;
  };
}

const refusals: readonly Refusal[] = [
  {
    what: "the commit is gone from the repository",
    arm: ({ repositories }) => {
      const { resolve } = repositories;
      let asked = 0;
      // The push itself still finds the commit.
      repositories.resolve = async (...given) => (asked++ > 0 ? null : resolve(...given));
      return () => Object.assign(repositories, { resolve });
    },
    ...{ stage: "fetch", message: /no branch, tag or commit/ },
  },
  {
    what: "the repository holds too many files",
    arm: fails("git.listTree", () => new TreeTooLarge("the repository holds more than 100000 files")),
    ...{ stage: "plan", message: /more than 100000 files/ },
  },
  {
    what: "the disk is full in the build",
    arm: fails("engine.build", () => new BuildFailed("write /app/big: no space left on device", {})),
    ...{ stage: "build", message: /no space left on device|disk/ },
  },
  {
    what: "all networks of the host are taken",
    arm: fails("store.leases.subnet", () => new PoolExhausted("No network is free in 10.214.0.0/16")),
    ...{ stage: "start", message: /No network is free in 10\.214\.0\.0\/16/, isOfNetworks: true },
  },
  {
    what: "each subnet is taken by somebody else in the last moment",
    arm: fails("engine.createNetwork", () => new SubnetTaken("The subnet is in use.")),
    ...{ stage: "start", message: /subnet is in use/, isOfNetworks: true },
  },
  {
    what: "all ports are taken",
    arm: fails("store.leases.port", () => new PoolExhausted("No port is free between 20000 and 29999")),
    ...{ stage: "start", message: /No port is free/ },
  },
  {
    what: "each port is taken by somebody else in the last moment",
    arm: fails("engine.startContainer", () => new PortTaken("port is already allocated")),
    ...{ stage: "start", message: /port is already allocated/ },
  },
  {
    what: "the name of its container is taken",
    arm: fails("engine.createContainer", () => new EngineRefused("Conflict. The container name is already in use")),
    ...{ stage: "start", message: /Docker refused: Conflict\. The container name is already in use/ },
  },
  {
    what: "its image is deleted before it starts",
    arm: fails("engine.createContainer", () => new ImageMissing("No such image")),
    ...{ stage: "start", message: /its image was deleted before it could be started/ },
  },
  {
    what: "the engine cannot start its container",
    arm: fails("engine.startContainer", () => new StartFailed("OCI runtime create failed: no space left on device")),
    ...{ stage: "start", message: /could not be started/ },
  },
  {
    what: "the proxy refuses its hosts",
    arm: fails("proxy.setRoutes", () => new ProxyRefused("listen tcp :443: bind: address already in use")),
    ...{ stage: "cut-over", message: /the proxy did not accept the addresses of this version: listen tcp :443/ },
  },
  {
    what: "the disk is full when its folder is written",
    arm: fails("proxy.prepare", noSpace),
    ...{ stage: "cut-over", message: /^The disk is full: Baton could not write/ },
  },
  {
    what: "the switch fails",
    arm: fails("proxy.switchTo", noSpace, 1),
    ...{ stage: "cut-over", message: /^The disk is full: Baton could not write/ },
  },
  {
    what: "the switch is made, and said to have failed",
    arm: ({ faults }) => {
      faults.loseAnswer("proxy.switchTo", noSpace);
      return faults.heal;
    },
    ...{ stage: "cut-over", message: /^The disk is full: Baton could not write/ },
  },
  {
    what: "the proxy serves something else than its folder says",
    arm: ({ caddy }) => {
      const { prove } = caddy;
      caddy.prove = async () => null;
      return () => Object.assign(caddy, { prove });
    },
    ...{ stage: "cut-over", message: /is served by nothing after the switch/ },
  },
];

const products = [
  ["one service", plain],
  ["every kind of service", (app: App) => grown({}, app)],
] as const;

test.each(refusals.filter(({ isOfNetworks }) => isOfNetworks))(
  "when $what, a version that runs alone comes all the same: it needs no further network",
  async ({ arm }) => {
    const { world, end, wrong } = await withLive(plain({}));
    const putRight = arm(world);
    expect(await end(await world.push("shop", plain({ prints: ["2"] })))).toMatchObject({ status: "ready" });
    putRight();
    expect(await wrong()).toEqual([]);
  },
);

describe.each(refusals)("when $what", ({ arm, stage, message, isOfNetworks }) => {
  const tried = isOfNetworks ? products.slice(1) : products;
  test.each(tried)("a version of %s fails, users see nothing of it, and the next one comes", async (_, version) => {
    const { world, first, users, end, wrong } = await withLive(version({}));
    const putRight = arm(world);
    const failed = await end(await world.push("shop", version({ prints: ["2"] })));
    expect(failed).toMatchObject({ status: "failed", failure: { stage } });
    expect(failed.status === "failed" && failed.failure.message).toMatch(message);
    putRight();
    expect(await wrong()).toEqual([]);
    const [switched, back] = stage === "cut-over" ? [failed.id, first] : [];
    expect([[first], [first, switched, back]]).toContainEqual(users.answered);
    const next = await world.push("shop", version({ prints: ["3"] }));
    expect(await end(next)).toMatchObject({ status: "ready" });
    expect(await wrong()).toEqual([]);
  });
});
