import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { StoreUnavailable } from "../../../server/ports/store/store.ts";
import { firstFreeSubnet } from "../../../server/rules/routing/subnets.ts";
import { dropEverything } from "../../../server/store/postgres/drop-everything.ts";
import { migrate } from "../../../server/store/postgres/migrate.ts";
import { holdServerLock, type LockOwner, type ServerLock } from "../../../server/store/postgres/server-lock.ts";
import { createStore } from "../../../server/store/postgres-store.ts";
import { faultProxy } from "../fault-proxy.ts";
import { migrationsFolder, type ScratchDatabase, scratchDatabase } from "../scratch-database.ts";

let database: ScratchDatabase;

beforeAll(async () => {
  database = await scratchDatabase();
});
afterAll(() => database.remove());

let processes = 0;

/** A process that takes every other one for what it is told. */
const another = (found: "alive" | "dead" = "alive"): LockOwner => {
  processes += 1;
  return { mark: `host ${processes} 0`, judge: async () => found };
};

async function hold(onLost = () => {}, url = database.url, owner = another()): Promise<ServerLock> {
  const lock = await holdServerLock({ url, owner, onLost });
  if (lock === "held-by-another") throw new Error("It is held by another");
  return lock;
}

describe("the server's lock", () => {
  it("is held by one, and free again when that lets go", async () => {
    const onLost = vi.fn();
    const first = await hold(onLost);
    expect(await holdServerLock({ url: database.url, owner: another(), onLost })).toBe("held-by-another");
    await first.release();
    await (await hold()).release();
    expect(onLost).not.toHaveBeenCalled();
  });

  it("is lost once, and at once, when its connection is ended", async () => {
    const onLost = vi.fn();
    const lost = new Promise<void>((resolve) => onLost.mockImplementation(resolve));
    await hold(onLost);
    await database.sql`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name like 'baton server lock %' and datname = current_database()`;
    await lost;
    const next = await hold();
    expect(onLost).toHaveBeenCalledOnce();
    await next.release();
  });

  it("is lost within 10 s when the database does not answer any more", async () => {
    const proxy = await faultProxy(database.url);
    const before = performance.now();
    const lost = new Promise<void>((resolve) => {
      void hold(resolve, proxy.url).then(() => proxy.silence());
    });
    await lost;
    expect(performance.now() - before).toBeLessThan(10_000);
    await proxy.close();
  });

  it("is taken again by the server that lost it, although the database has not noticed that the connection is gone", async () => {
    const proxy = await faultProxy(database.url);
    const owner = {
      mark: "host 7 123",
      judge: async (mark: string) => (mark === "host 7 123" ? "dead" : "alive"),
    } as const;
    const lost = new Promise<void>((resolve) => {
      void hold(resolve, proxy.url, owner).then(() => proxy.silence());
    });
    await lost;
    await (await hold(() => {}, database.url, owner)).release();
    await proxy.close();
  });

  it("is taken from a process that is gone, and not from one that is alive", async () => {
    const proxy = await faultProxy(database.url);
    await hold(() => {}, proxy.url);
    proxy.silence();
    expect(await holdServerLock({ url: database.url, owner: another("alive"), onLost: () => {} })).toBe(
      "held-by-another",
    );
    await (await hold(() => {}, database.url, another("dead"))).release();
    await proxy.close();
  });

  it("cannot be asked for where there is no database", async () => {
    const proxy = await faultProxy(database.url);
    await proxy.close();
    await expect(holdServerLock({ url: proxy.url, owner: another(), onLost: () => {} })).rejects.toThrow(
      StoreUnavailable,
    );
  });
});

describe("migrations", () => {
  const open = () => createStore({ url: database.url, keyFile: database.keyFile, chooseSubnet: firstFreeSubnet });

  it("leave alone what is up to date", async () => {
    await migrate(database.url, migrationsFolder);
    const store = await open();
    expect(store.instance).toBe(database.store.instance);
    expect(await store.environments.list()).toHaveLength(1);
    await store.close();
  });

  it("are wanted before a store is opened", async () => {
    await dropEverything(database.url);
    const functions = await database.sql`select from pg_proc where pronamespace = 'public'::regnamespace`;
    expect(functions).toHaveLength(0);
    await expect(open()).rejects.toThrow(/migrat|does not exist/);
  });

  it("run once when two processes start at once, and make another instance", async () => {
    await Promise.all([
      migrate(database.url, migrationsFolder),
      migrate(database.url, migrationsFolder),
      migrate(database.url, migrationsFolder),
    ]);
    const store = await open();
    expect(store.instance).toMatch(/^[a-z0-9]{8}$/);
    expect(store.instance).not.toBe(database.store.instance);
    expect((await store.environments.list()).map(({ name }) => name)).toEqual(["production"]);
    await store.close();
  });

  it("that are interrupted leave nothing, and are taken up again", async () => {
    await dropEverything(database.url);
    const proxy = await faultProxy(database.url);
    const happened = proxy.inject({ on: 'INSERT INTO "environments"', cut: "before" });
    await expect(migrate(proxy.url, migrationsFolder)).rejects.toThrow();
    await happened;
    const tables = await database.sql`select from information_schema.tables where table_schema = 'public'`;
    expect(tables).toHaveLength(0);
    await migrate(database.url, migrationsFolder);
    await (await open()).close();
    await proxy.close();
  });
});
