import { describe, expect, test } from "vitest";
import { type Deployment, specOf, type Transition } from "../../server/model/deployment/deployment.ts";
import { servicesOf } from "../../server/model/deployment/spec.ts";
import type { DeploymentId } from "../../server/model/names/ids.ts";
import type { FakeWorld } from "../fakes/fake-world.ts";
import { comeToRest } from "./at-rest.ts";
import { grown, plain } from "./products.ts";
import { withLive } from "./scene.ts";

const never = new AbortController().signal;
const containersOf = ({ docker }: FakeWorld, service: string) =>
  [...docker.containers.values()].filter(({ request }) => request.service === service);
const keptOf = async (world: FakeWorld, id: DeploymentId) => {
  const spec = specOf(await world.deployment(id));
  return spec ? servicesOf(spec).flatMap(({ name, keptFrom }) => (keptFrom === null ? [] : [name])) : [];
};

describe("a service that keeps data", () => {
  test("goes on in its container while nothing about it changes, and is known to the new version", async () => {
    const { world, first, users, end, wrong } = await withLive(grown());
    const before = [containersOf(world, "db")[0]?.id, containersOf(world, "wiki")[0]?.id];
    // Another commit of the same files gives the same image.
    const id = await world.push("shop", grown());
    await end(id);
    expect(await keptOf(world, id)).toEqual(["wiki", "db"]);
    expect([containersOf(world, "db")[0]?.id, containersOf(world, "wiki")[0]?.id]).toEqual(before);
    expect(world.docker.networks.get(`baton-fake0000-d${id}`)?.members.has(before[0] ?? ("" as never))).toBe(true);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, id]);
  });

  test("is replaced in its place, with its volume and its port", async () => {
    const { world, end, wrong } = await withLive(grown());
    const addressOf = () => containersOf(world, "wiki")[0]?.request.publish?.hostAddress;
    const before = addressOf();
    await end(await world.push("shop", grown({}, { prints: ["2"] })));
    expect(containersOf(world, "wiki")).toHaveLength(1);
    expect(addressOf()).toBe(before);
    expect(await wrong()).toEqual([]);
  });

  test("never runs twice on its data", async () => {
    const { world, end, wrong } = await withLive(grown());
    let most = 0;
    world.faults.watch(() => {
      const running = containersOf(world, "db").filter((container) => container.isRunning);
      most = Math.max(most, running.length);
    });
    await end(await world.push("shop", grown({}, { prints: ["2"] })));
    await end(await world.push("shop", grown({ wiki: { answers: [500] } }, { prints: ["3"] })));
    expect(most).toBe(1);
    expect(await wrong()).toEqual([]);
  });

  test.each(["old-stopped", "created", "started", "checked", "before-switch", "after-switch", "watching"])(
    "is restored in its old container when its successor fails at %s",
    async (name) => {
      const { world, users, first, end, wrong } = await withLive(grown());
      const before = [containersOf(world, "db")[0]?.id, containersOf(world, "wiki")[0]?.id];
      world.faults.fail(`failpoint.${name}`, () => new Error("out of luck"));
      const id = await world.push("shop", grown({}, { prints: ["2"] }));
      expect(await end(id)).toMatchObject({ status: "failed" });
      expect(await world.log(id)).toContain("The old db is running again");
      expect([containersOf(world, "db")[0]?.id, containersOf(world, "wiki")[0]?.id]).toEqual(before);
      expect(await wrong()).toEqual([]);
      expect(users.answered.at(-1)).toBe(first);
    },
  );
});

test("a database that does not start is explained, and the old one is back with its data", async () => {
  const { world, first, users, end, wrong } = await withLive(
    grown({ db: { port: 5432, writes: { "/data/apples": "seven" } } }),
  );
  const databases = () => containersOf(world, "db").map(({ id, isRunning }) => [id, isRunning]);
  const before = databases();
  const isTheEnd = (_: Deployment, { type }: Transition) => type === "failed";
  const atTheEnd: unknown[] = [];
  world.faults.before("store.deployments.move", () => void atTheEnd.push(databases()), { when: isTheEnd });
  const broken = grown({ db: { port: 5432, exits: [{ afterMs: 100, code: 5 }] } }, { prints: ["2"] });
  const id = await world.push("shop", broken);
  const message = "db crashed 4 times on startup (exit code 5)";
  expect(await world.decided(id)).toMatchObject({ status: "failed", failure: { message, service: "db" } });
  expect(atTheEnd).toEqual([before]);
  await end(id);
  expect([...world.docker.volumes.values()].map(({ files }) => files.get("apples"))).toContain("seven");
  expect(await wrong()).toEqual([]);
  expect(users.answered).toEqual([first]);
});

describe("a roll-back", () => {
  const rollingBack = ["engine.removeContainer", "engine.startContainer", "proxy.switchTo", "proxy.forget"];

  test.each(rollingBack.flatMap((call) => [["before", call] as const, ["after", call] as const]))(
    "that is interrupted %s %s is gone on with after the restart",
    async (moment, call) => {
      const { world, first, users, end, wrong } = await withLive(grown());
      world.faults.before("failpoint.watching", () => world.faults.kill(call, moment));
      const id = await world.push(
        "shop",
        grown({ clock: { exits: [{ afterMs: 4_000, code: 1 }] } }, { prints: ["2"] }),
      );
      expect(await end(id)).toMatchObject({ status: "failed", failure: { stage: "watch" } });
      expect(world.starts).toBe(2);
      expect(await wrong()).toEqual([]);
      expect(users.answered.at(-1)).toBe(first);
    },
  );

  test("that had moved the traffic back when the server died is one, although the version has recovered", async () => {
    const { world, first, users, end, wrong } = await withLive(plain());
    world.faults.before("failpoint.watching", () => world.faults.kill("proxy.switchTo", "after"));
    const id = await world.push("shop", plain({ answers: [200, 200, 200, 200, 500, 500, 500, 200] }));
    expect(await end(id)).toMatchObject({ status: "failed", failure: { stage: "watch" } });
    expect(world.starts).toBe(2);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, id, first]);
  });

  /** The failpoints that it reaches. */
  const failpoints = [
    "claimed",
    "built",
    "old-stopped",
    "created",
    "checked",
    "before-switch",
    "after-switch",
    "ready",
  ];

  test("to a version before brings back its images without a build, although the server dies at every failpoint", async () => {
    const { world, first, users, end, wrong } = await withLive(grown());
    const second = await world.push("shop", grown({}, { prints: ["2"] }));
    await end(second);
    const builds = world.docker.builds.begun;
    const source = await world.deployment(first);
    for (const name of failpoints) world.faults.kill(`failpoint.${name}`, "before");
    const asked = await world.ask((commands) => commands.redeploy(source, "then", "ada", never));
    await comeToRest(world);
    if (asked.type !== "queued") throw new Error("the roll-back was refused");
    expect(await world.deployment(asked.deployment.id)).toMatchObject({ status: "ready", trigger: "rollback" });
    expect(world.docker.builds.begun).toBe(builds);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, second, asked.deployment.id]);
  });

  test("to a version whose images are gone builds its commit again", async () => {
    const { world, first, users, end, wrong } = await withLive(grown(), { keepVersions: 1 });
    const second = await world.push("shop", grown({}, { prints: ["2"] }));
    await end(second);
    const builds = world.docker.builds.begun;
    const source = await world.deployment(first);
    const asked = await world.ask((commands) => commands.redeploy(source, "then", "ada", never));
    if (asked.type !== "queued") throw new Error("the roll-back was refused");
    expect(asked.rebuild).toBe(true);
    await end(asked.deployment.id);
    expect(world.docker.builds.begun).toBeGreaterThan(builds);
    expect(await wrong()).toEqual([]);
    expect(users.answered).toEqual([first, second, asked.deployment.id]);
  });
});

test("all services of all stacks move at one moment, and back at one", async () => {
  const { world, first, users, end, wrong } = await withLive(grown());
  const second = await world.push("shop", grown({}, { prints: ["2"] }));
  await end(second);
  const failing = await world.push(
    "shop",
    grown({ clock: { exits: [{ afterMs: 4_000, code: 1 }] } }, { prints: ["3"] }),
  );
  await end(failing);
  expect(await wrong()).toEqual([]);
  // If the hosts had moved separately, a user who asks one after the other would have seen the versions alternate.
  expect(users.answered).toEqual([first, second, failing, second]);
});
