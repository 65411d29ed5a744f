import { describe, expect, it } from "vitest";
import type { Dependency, ServiceSpec } from "../../../server/model/deployment/spec.ts";
import type { DeploymentId, ImageId } from "../../../server/model/names/ids.ts";
import { rollout } from "../../../server/rules/rollout/rollout.ts";
import { interruptions, keepUnchanged, type LiveSpec } from "../../../server/rules/rollout/stateful.ts";
import { aService, aSpec } from "../../model/a-deployment.ts";

const one = 1 as DeploymentId;
const image = (letter: string) => `sha256:${letter.repeat(64)}` as ImageId;

function needs(...services: string[]): readonly Dependency[] {
  return services.map((service) => ({ service, condition: "started" as const, required: true }));
}

const web = aService({ name: "web" });
const api = aService({ name: "api" });
const worker = aService({ name: "worker", kind: "worker", port: null });
const db = aService({ name: "db", kind: "tcp", port: 5432, stateful: "keeps its data in the volume data" });
const migrate = aService({ name: "migrate", kind: "init", port: null });
const wiki = aService({ name: "wiki", stateful: "keeps its data in the volume pages" });

function order(services: readonly ServiceSpec[], live: LiveSpec | null = null): readonly string[] {
  return rollout(aSpec(services), live).map(({ service, action }) => `${action} ${service.name}`);
}

/** The live version, with these services. */
function serving(...services: ServiceSpec[]): LiveSpec {
  return { id: one, spec: aSpec(services) };
}

/** The rollout of these services after a live version. */
function following(live: LiveSpec, services: readonly ServiceSpec[], fresh = false) {
  const stacks = keepUnchanged(aSpec(services), live, fresh);
  const version = { ...aSpec(), stacks };
  return {
    order: rollout(version, live).map(({ service, action }) => `${action} ${service.name}`),
    interrupted: interruptions(version, live, fresh).map(({ service, why }) => `${service}: ${why}`),
    kept: stacks.flatMap((stack) => stack.services.map(({ name, keptFrom }) => [name, keptFrom])),
  };
}

describe("the order in which a version comes up", () => {
  it("is that of the files where nothing else is said", () => {
    expect(order([web, api, worker])).toEqual(["start web", "start api", "start worker"]);
  });

  it("follows depends_on", () => {
    expect(order([aService({ name: "web", dependsOn: needs("api") }), api])).toEqual(["start api", "start web"]);
  });

  it("runs init services before all others, and after what keeps data", () => {
    expect(order([web, migrate, db, worker])).toEqual(["start db", "run migrate", "start web", "start worker"]);
  });

  it("starts what an init service names before it, also through others", () => {
    const cache = aService({ name: "cache", kind: "tcp" });
    const proxy = aService({ name: "proxy", dependsOn: needs("cache") });
    const seed = { ...migrate, name: "seed", dependsOn: needs("proxy") };
    expect(order([web, seed, proxy, cache])).toEqual(["start cache", "start proxy", "run seed", "start web"]);
  });

  it("finds an order for two init services that each name a database of their own", () => {
    const other = { ...db, name: "events" };
    const first = { ...migrate, name: "first", dependsOn: needs("db") };
    const second = { ...migrate, name: "second", dependsOn: needs("events") };
    expect(order([first, second, db, other, web]).at(-1)).toBe("start web");
  });

  it("starts what a database waits for before the migration that waits for the database", () => {
    const waiting = { ...db, dependsOn: needs("zookeeper") };
    const zookeeper = aService({ name: "zookeeper", kind: "tcp" });
    expect(order([migrate, waiting, zookeeper, web])).toEqual([
      "start zookeeper",
      "start db",
      "run migrate",
      "start web",
    ]);
  });

  it("passes over a dependency that is not part of the version", () => {
    expect(order([aService({ name: "web", dependsOn: needs("debugger") })])).toEqual(["start web"]);
  });

  it("replaces what users wait for at the end, when all the others are through", () => {
    const changed = { ...wiki, image: image("2") };
    expect(following(serving(wiki), [changed, api, worker]).order).toEqual([
      "start api",
      "start worker",
      "replace wiki",
    ]);
  });

  it("says so when services wait for each other", () => {
    const circle = [aService({ name: "a", dependsOn: needs("b") }), aService({ name: "b", dependsOn: needs("a") })];
    expect(() => order(circle)).toThrow("wait for each other: a, b");
  });
});

describe("a stateful service", () => {
  it("is kept when nothing of its container changed, and interrupts nobody", () => {
    const { order, interrupted, kept } = following(serving(web, db), [web, db]);
    expect(order).toEqual(["start web", "keep db"]);
    expect(interrupted).toEqual([]);
    expect(kept).toEqual([
      ["web", null],
      ["db", one],
    ]);
  });

  it("stays the container of the deployment that made it, however many follow", () => {
    const live = { id: 7 as DeploymentId, spec: aSpec([{ ...db, keptFrom: one }]) };
    expect(following(live, [db]).kept).toEqual([["db", one]]);
  });

  it("is kept when only what Baton reads has changed", () => {
    const changed = { ...db, health: { ...db.health, timeoutMs: 5 }, domains: [], kindReason: "says so" };
    expect(following(serving(db), [changed]).order).toEqual(["keep db"]);
  });

  it("is replaced when its container would be another one, with the reason", () => {
    const changed = { ...db, image: image("2"), environment: { MODE: "fast" } };
    const { order, interrupted } = following(serving(web, db), [web, changed]);
    expect(order).toEqual(["start web", "replace db"]);
    expect(interrupted).toEqual(["db: its image and its environment changed"]);
  });

  it("is replaced when a variable changes that it takes, and only then", () => {
    const live = { id: one, spec: { ...aSpec([db]), variables: { LEVEL: "1" } } };
    expect(following(live, [db]).interrupted).toEqual(["db: its environment changed"]);
    const apart = { ...db, takesVariables: false };
    expect(following({ ...live, spec: { ...live.spec, stacks: aSpec([apart]).stacks } }, [apart]).interrupted).toEqual(
      [],
    );
  });

  it("is replaced by a product redeploy in any case", () => {
    const { order, interrupted } = following(serving(db), [db], true);
    expect(order).toEqual(["replace db"]);
    expect(interrupted).toEqual(["db: every container is recreated"]);
  });

  it("is named when the version does not have it any more", () => {
    expect(following(serving(web, db), [web]).interrupted).toEqual(["db: it is not part of this version"]);
  });

  it("is replaced, and said to be, when its stack has another name: its volumes are others then", () => {
    const data = { type: "volume", volume: "data", path: "/data", readOnly: false } as const;
    const keeper = { ...db, container: { ...db.container, mounts: [data] } };
    const live = { id: one, spec: { ...aSpec(), stacks: [{ name: "core", services: [keeper] }] } };
    expect(following(live, [keeper]).interrupted).toEqual(["db: its stack, and with it its volumes, changed"]);
  });

  it("is started like any other when nothing is live", () => {
    expect(order([db, web])).toEqual(["start db", "start web"]);
  });
});
