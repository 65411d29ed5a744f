import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import type { DeploymentId } from "../../server/model/names/ids.ts";
import type { Store } from "../../server/ports/store/store.ts";
import { lockSpace, locks } from "../../server/store/postgres/advisory-locks.ts";
import { anInstallation, aProduct, aRequest, deploying, enqueued } from "../contracts/store/lifecycle.ts";
import { at } from "../model/a-deployment.ts";
import { type ScratchDatabase, useScratchDatabase } from "./scratch-database.ts";

let database: ScratchDatabase;
let store: Store;
useScratchDatabase((opened) => {
  database = opened;
  store = opened.store;
});

const times = <T>(count: number, act: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => act(index)));

const oneTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

it("20 claims at once make no more building than may, and take none twice", async () => {
  await times(8, async () => enqueued(store, await anInstallation(store)));
  const taken = (await times(20, () => store.deployments.claim(4, () => at))).filter(
    (deployment) => deployment !== null,
  );
  expect(new Set(taken.map(({ id }) => id)).size).toBe(4);
  expect(taken).toHaveLength(4);
  const running = (await store.deployments.queue()).running;
  expect(running.map(({ id, status }) => [id, status]).sort()).toEqual(taken.map(({ id }) => [id, "building"]).sort());
});

it("20 claims at once take one of an installation's many", async () => {
  const installation = await anInstallation(store);
  const [first] = [await enqueued(store, installation), await enqueued(store, installation)];
  const taken = (await times(20, () => store.deployments.claim(100, () => at))).filter(
    (deployment) => deployment !== null,
  );
  expect(taken.map(({ id }) => id)).toEqual([first.id]);
});

it("a claim that waits for its turn is dated when it has it, not when it asked", async () => {
  await enqueued(store, await anInstallation(store));
  const asked: string[] = [];
  const claim = await database.sql.begin(async (sql) => {
    await sql`select pg_advisory_xact_lock(${lockSpace}::int, ${locks.claim}::int)`;
    const waiting = store.deployments.claim(100, () => {
      asked.push("the time");
      return at;
    });
    await delay(100);
    asked.push("let go");
    return { waiting };
  });
  await claim.waiting;
  expect(asked).toEqual(["let go", "the time"]);
});

it("20 enqueues at once are numbered without gaps", async () => {
  const installation = await anInstallation(store);
  const queued = await times(20, () => enqueued(store, installation));
  expect(queued.map(({ number }) => number).sort((a, b) => a - b)).toEqual(oneTo(20));
});

it("of 20 pushes at once that supersede each other one is left", async () => {
  const installation = await anInstallation(store);
  await times(20, () => enqueued(store, installation, { supersedes: true }));
  const left = await store.deployments.undecided(installation);
  expect(left.map(({ number }) => number)).toEqual([20]);
});

it("of 20 pushes at once that saw nothing pending one gets in", async () => {
  const installation = await anInstallation(store);
  const outcomes = await times(20, () =>
    store.deployments.enqueue(aRequest(installation, { newestUndecidedPush: null }), at),
  );
  expect(outcomes.filter((outcome) => outcome !== "changed")).toHaveLength(1);
});

it("events that are written at once are numbered without gaps, and each batch stays together", async () => {
  const { id } = await enqueued(store, await anInstallation(store));
  await times(30, (index) =>
    store.events.append(id, [
      { type: "note", text: `${index} first` },
      { type: "note", text: `${index} second` },
    ]),
  );
  const events = await store.events.read(id, 0, 100);
  expect(events.map(({ seq }) => seq)).toEqual(oneTo(61));
  const notes = events.flatMap((event) => (event.type === "note" ? [event.text] : []));
  for (let index = 0; index < notes.length; index += 2) {
    expect(notes[index + 1]).toBe(notes[index]?.replace("first", "second"));
  }
});

it("a reader that comes back for more never misses an event that another writer committed late", async () => {
  const { id } = await enqueued(store, await anInstallation(store));
  const seen: number[] = [];
  let writing = true;
  const reading = (async () => {
    while (writing || seen.length < 41) {
      for (const { seq } of await store.events.read(id, seen.at(-1) ?? 0, 5)) seen.push(seq);
    }
  })();
  await times(40, (index) => store.events.append(id, [{ type: "note", text: String(index) }]));
  writing = false;
  await reading;
  expect(seen).toEqual(oneTo(41));
});

it("a cancel that races with the decision to cut over has exactly one winner, 100 times", async () => {
  const started = await deploying(store, await anInstallation(store));
  const winners = new Set<string>();
  for (let round = 0; round < 100; round++) {
    await database.sql`update deployments set step = 'start', cancel_requested_at = null`;
    // Each call goes first half of the time; on a quiet machine the first one would always win.
    const cancel = () => store.deployments.requestCancel(started.id, at);
    const decide = () => store.deployments.move(started, { type: "checked" });
    const [cancelled, moved] = await (round % 2 === 0
      ? Promise.all([cancel(), decide()])
      : Promise.all([decide(), cancel()]).then(([a, b]) => [b, a] as const));

    expect([cancelled, moved !== null]).toBeOneOf([
      ["asked", false],
      ["too-late", true],
    ]);
    winners.add(cancelled);
  }
  expect([...winners].sort()).toEqual(["asked", "too-late"]);
});

it("a deletion that races with a push leaves nothing queued", async () => {
  for (let round = 0; round < 10; round++) {
    const { product, installation } = await aProduct(store);
    const push = () => enqueued(store, installation.id).catch(() => null);
    const remove = () => store.products.markDeleted(product.id, { keepVolumes: true });
    await Promise.all(round % 2 === 0 ? [push(), remove()] : [remove(), push()]);
    expect(await store.deployments.undecided(installation.id)).toEqual([]);
  }
});

it("an installation's deletion that races with a push leaves nothing queued", async () => {
  for (let round = 0; round < 10; round++) {
    const installation = await anInstallation(store);
    const push = () => enqueued(store, installation).catch(() => null);
    const remove = () => store.installations.markDeleted(installation, { keepVolumes: true });
    await Promise.all(round % 2 === 0 ? [push(), remove()] : [remove(), push()]);
    expect(await store.deployments.undecided(installation)).toEqual([]);
  }
});

it("a product that is installed somewhere and deleted at once has nothing left that is not deleted", async () => {
  const environment = await store.environments.create({ name: "staging", domain: null, branch: null });
  if (!environment) throw new Error("unreachable");
  for (let round = 0; round < 10; round++) {
    const { product } = await aProduct(store);
    const place = { productId: product.id, environmentId: environment.id, branch: null };
    const install = () => store.installations.create(place);
    const remove = () => store.products.markDeleted(product.id, { keepVolumes: false });
    await Promise.all(round % 2 === 0 ? [install(), remove()] : [remove(), install()]);
    expect(await store.installations.list()).toEqual([]);
    expect((await store.installations.deleted()).every(({ keepVolumes }) => !keepVolumes)).toBe(true);
  }
  const { product } = await aProduct(store);
  const place = { productId: product.id, environmentId: environment.id, branch: null };
  const made = await times(5, () => store.installations.create(place));
  expect(made.filter((one) => one !== null)).toHaveLength(1);
  await database.sql`delete from products`;
  await database.sql`delete from environments where name = 'staging'`;
});

it("hosts that two users give away at once belong to one of them, and none comes in under a deployment that begins", async () => {
  const [one, other] = [await anInstallation(store), await anInstallation(store)];
  for (let round = 0; round < 10; round++) {
    const hosts = [`a${round}.example.com`, `b${round}.example.com`];
    const outcomes = await Promise.all([
      store.domains.setCustom(one, "web", hosts),
      store.domains.setCustom(other, "web", [...hosts].reverse()),
    ]);
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(1);
  }
  await enqueued(store, one);
  const [outcome, claimed] = await Promise.all([
    store.domains.setCustom(one, "web", ["late.example.com"]),
    store.deployments.claim(100, () => at),
  ]);
  expect(claimed?.installationId).toBe(one);
  expect(outcome).toBeOneOf(["ok", "busy"]);
});

it("a stop that races with a claim stops before it or is refused", async () => {
  for (let round = 0; round < 10; round++) {
    const installation = await anInstallation(store);
    await enqueued(store, installation);
    const stop = () => store.installations.stop(installation, at);
    const claim = () => store.deployments.claim(100, () => at);
    const [stopped] = await (round % 2 === 0
      ? Promise.all([stop(), claim()])
      : Promise.all([claim(), stop()]).then(([a, b]) => [b, a] as const));
    const found = await store.installations.get(installation);
    expect(found?.stopped).toBe(stopped !== null);
  }
});

it("ports and subnets that are asked for at once are all different", async () => {
  const deployments = await times(10, async () => (await enqueued(store, await anInstallation(store))).id);
  const range = { first: 20_000, last: 20_019 };
  const lease = async (id: DeploymentId) => ({
    ports: await Promise.all(
      ["web", "api"].map((name) => store.leases.port({ deployment: id }, name, range, new Set())),
    ),
    subnet: await store.leases.subnet({ deployment: id }, "10.214.0.0/16", []),
  });
  const leases = await Promise.all(deployments.map(lease));
  expect(new Set(leases.flatMap(({ ports }) => ports)).size).toBe(20);
  expect(new Set(leases.map(({ subnet }) => subnet)).size).toBe(10);
});

it("two installations that claim one host at once do not both get it", async () => {
  const [one, other] = [await anInstallation(store), await anInstallation(store)];
  for (let round = 0; round < 10; round++) {
    const routes = [
      { host: `a${round}.localhost`, service: "web" },
      { host: `b${round}.localhost`, service: "web" },
    ];
    const outcomes = await Promise.all([
      store.domains.setFor(one, routes),
      store.domains.setFor(other, [...routes].reverse()),
    ]);
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(1);
  }
});
