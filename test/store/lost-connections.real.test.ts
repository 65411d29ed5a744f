import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { advance } from "../../server/model/deployment/deployment.ts";
import { type Store, StoreUnavailable } from "../../server/ports/store/store.ts";
import { firstFreeSubnet } from "../../server/rules/routing/subnets.ts";
import { createStore } from "../../server/store/postgres-store.ts";
import { anInstallation, aRequest, claimed, deploying, enqueued } from "../contracts/store/lifecycle.ts";
import { aSpec, at } from "../model/a-deployment.ts";
import { type Fault, type FaultProxy, faultProxy } from "./fault-proxy.ts";
import { type ScratchDatabase, scratchDatabase } from "./scratch-database.ts";

let database: ScratchDatabase;
let proxy: FaultProxy;
/** Connects through the proxy. */
let store: Store;

beforeAll(async () => {
  database = await scratchDatabase();
});
beforeEach(async () => {
  proxy = await faultProxy(database.url);
  store = await createStore({ url: proxy.url, keyFile: database.keyFile, chooseSubnet: firstFreeSubnet });
});
afterEach(async () => {
  // The proxy closes first, which cuts connections that a test has silenced, so that the store does not wait for them.
  await proxy.close();
  await store.close();
  await database.sql`delete from products`;
});
afterAll(() => database.remove());

const faults: [string, Fault][] = [
  ["before the first statement", { on: "begin", cut: "before" }],
  ["in the middle", { on: "deployment_events", cut: "before" }],
  ["before the commit", { on: "commit", cut: "before" }],
  ["after the commit, before its answer", { on: "commit", cut: "after" }],
];

describe.each(faults)("a connection that is cut %s", (_, fault) => {
  it("does not append twice, nor lose anything, and wakes subscribers", async () => {
    const { id } = await enqueued(store, await anInstallation(store));
    const woken = vi.fn();
    store.events.subscribe(id, woken);
    const happened = proxy.inject(fault);
    await store.events.append(id, [{ type: "note", text: "once" }]);
    await happened;
    expect((await store.events.read(id, 0, 10)).map(({ seq, type }) => [seq, type])).toEqual([
      [1, "status"],
      [2, "note"],
    ]);
    expect(woken).toHaveBeenCalled();
  });

  it("does not enqueue twice", async () => {
    const installation = await anInstallation(store);
    const happened = proxy.inject(fault);
    const outcome = await store.deployments.enqueue(aRequest(installation), at);
    await happened;
    expect(outcome).toMatchObject({ deployment: { number: 1 } });
    expect(await store.deployments.list({ limit: 10 })).toHaveLength(1);
  });

  it("does not claim twice", async () => {
    for (let count = 0; count < 2; count++) await enqueued(store, await anInstallation(store));
    const happened = proxy.inject(fault);
    const building = await store.deployments.claim(4, () => at);
    await happened;
    expect(building?.attempt).toBe(1);
    expect((await store.deployments.queue()).running).toEqual([building]);
  });

  it("does not take a move of its own for somebody else's", async () => {
    await enqueued(store, await anInstallation(store));
    const building = await claimed(store);
    const built = { type: "built", spec: aSpec() } as const;
    const happened = proxy.inject(fault);
    expect(await store.deployments.move(building, built)).toEqual(advance(building, built));
    await happened;
    expect(await store.deployments.move(building, built)).toBeNull();
  });

  it("does not say that a cancel came too late because it came before", async () => {
    const { id } = await enqueued(store, await anInstallation(store));
    const happened = proxy.inject(fault);
    expect(await store.deployments.requestCancel(id, at)).toBe("stopped");
    await happened;
  });
});

it("reads are repeated", async () => {
  const { id } = await enqueued(store, await anInstallation(store));
  const happened = proxy.inject({ on: "select", cut: "after" });
  expect(await store.deployments.get(id)).toMatchObject({ status: "queued" });
  await happened;
});

it("connections that the server ends again and again neither lose nor double an event", async () => {
  const { id } = await enqueued(store, await anInstallation(store));
  const texts = Array.from({ length: 60 }, (_, index) => String(index));
  for (let first = 0; first < texts.length; first += 6) {
    const appends = texts.slice(first, first + 6).map((text) => store.events.append(id, [{ type: "note", text }]));
    await database.sql`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'baton' and datname = current_database()`;
    await Promise.all(appends);
  }
  const events = await store.events.read(id, 0, 100);
  expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 61 }, (_, index) => index + 1));
  const written = events.flatMap((event) => (event.type === "note" ? [event.text] : []));
  expect(written.sort()).toEqual(texts.sort());
});

describe("a database that is not there", () => {
  it("is said to be unavailable after a few seconds", async () => {
    await store.ping();
    await proxy.close();
    const before = performance.now();
    const failures = await Promise.allSettled([store.products.list(), store.settings.set("a", "b"), store.ping()]);
    expect(performance.now() - before).toBeLessThan(8_000);
    for (const failure of failures) {
      expect(failure.status === "rejected" && failure.reason).toBeInstanceOf(StoreUnavailable);
    }
  });

  it("that does not say anything any more is unavailable to a ping after 5 s", async () => {
    await store.ping();
    proxy.silence();
    await expect(store.ping()).rejects.toThrow(StoreUnavailable);
  });

  it("that takes no writes is unavailable, at once", async () => {
    const name = database.sql(new URL(database.url).pathname.slice(1));
    await database.sql`alter database ${name} set default_transaction_read_only = on`;
    const readOnly = await createStore({ url: database.url, keyFile: database.keyFile, chooseSubnet: firstFreeSubnet });
    const started = await deploying(store, await anInstallation(store));
    await expect(readOnly.deployments.move(started, { type: "checked" })).rejects.toThrow(StoreUnavailable);
    expect(await readOnly.deployments.get(started.id)).toEqual(started);
    await readOnly.close();
    await database.sql.begin("read write", (sql) => sql`alter database ${name} reset default_transaction_read_only`);
  });
});

it("an error of the database is reported without the statement and its values", async () => {
  const installation = await anInstallation(store);
  const refused = store.installations.changeVariables(installation, { "NO NAME": "canary" }, []);
  await expect(refused).rejects.toThrow(/^The database refused a statement: .*variables_name/);
  await expect(refused).rejects.not.toThrow(/insert|canary/);
});
