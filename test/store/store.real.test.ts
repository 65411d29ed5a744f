import { afterEach, describe, expect, it } from "vitest";
import type { DeploymentId, EnvironmentId, InstallationId, ProductId } from "../../server/model/names/ids.ts";
import { parseSlug, type Slug } from "../../server/model/product.ts";
import { nothingSet } from "../../server/model/service-settings.ts";
import { PoolExhausted, type Store } from "../../server/ports/store/store.ts";
import { at } from "../model/a-deployment.ts";
import { anInstallation, aProduct, claimed, enqueued, moved, ready } from "./lifecycle.ts";
import { type ScratchDatabase, useScratchDatabase } from "./scratch-database.ts";

let database: ScratchDatabase;
let store: Store;
useScratchDatabase((opened) => {
  database = opened;
  store = opened.store;
});

const slug = (text: string): Slug => {
  const parsed = parseSlug(text);
  if (!parsed) throw new Error(`${text} is no slug`);
  return parsed;
};

describe("the database", () => {
  it("has an instance id and the production environment from the start", async () => {
    expect(store.instance).toMatch(/^[a-z0-9]{8}$/);
    const [production, ...others] = await store.environments.list();
    expect(production).toMatchObject({ name: "production", domain: null });
    expect(others).toEqual([]);
    expect(production && (await store.environments.get(production.id))).toEqual(production);
    expect(await store.environments.get(0 as EnvironmentId)).toBeNull();
  });

  it("answers", async () => {
    await store.ping();
  });
});

describe("products", () => {
  const hello = { slug: slug("hello"), repository: null, branch: null };

  it("are made with their installation in production, once for each slug", async () => {
    const created = await store.products.create(hello);
    const [production] = await store.environments.list();
    expect(created).toMatchObject({
      product: { slug: "hello", repository: null },
      installation: { environmentId: production?.id, branch: null, liveDeploymentId: null, stopped: false },
    });
    expect(await store.products.create(hello)).toBeNull();
    expect(await store.products.list()).toEqual([created?.product]);
    expect(await store.products.bySlug(slug("hello"))).toEqual(created?.product);
    expect(created && (await store.installations.ofProduct(created.product.id))).toEqual([created?.installation]);
  });

  it("that do not exist are null", async () => {
    expect(await store.products.bySlug(slug("nobody"))).toBeNull();
    expect(await store.products.get(0 as ProductId)).toBeNull();
    expect(await store.installations.get(0 as InstallationId)).toBeNull();
    expect(await store.deployments.get(0 as DeploymentId)).toBeNull();
  });

  it("can have their repository, branch and watch changed", async () => {
    const { product, installation } = await aProduct(store);
    await store.products.update(product.id, { repository: "https://example.org/app.git" });
    await store.products.update(product.id, {});
    expect(await store.products.get(product.id)).toMatchObject({ watch: "wait" });
    await store.products.update(product.id, { watch: "background" });
    await store.installations.setBranch(installation.id, "release/;$(x)");
    expect(await store.products.get(product.id)).toMatchObject({
      repository: "https://example.org/app.git",
      watch: "background",
    });
    expect(await store.installations.get(installation.id)).toMatchObject({ branch: "release/;$(x)" });
  });

  it("that are deleted free their slug and hosts, and end what they had going", async () => {
    const created = await store.products.create(hello);
    if (!created) throw new Error("unreachable");
    const { product, installation } = created;
    await store.domains.setFor(installation.id, [{ host: "hello.localhost", service: "web" }]);
    await enqueued(store, installation.id);
    const running = await claimed(store);
    const waiting = await enqueued(store, installation.id);

    await store.products.markDeleted(product.id, { keepVolumes: true });
    expect(await store.products.list()).toEqual([]);
    expect(await store.products.bySlug(product.slug)).toBeNull();
    expect(await store.products.deleted()).toEqual([product]);
    expect(await store.products.get(product.id)).toEqual(product);
    expect(await store.installations.list()).toEqual([]);
    expect(await store.installations.ofProduct(product.id)).toHaveLength(1);
    expect(await store.domains.list()).toEqual([]);
    expect(await store.deployments.list({ limit: 10 })).toEqual([]);
    expect(await store.deployments.list({ limit: 10, product: product.id })).toHaveLength(2);
    expect(await store.deployments.get(waiting.id)).toMatchObject({ status: "stopped", reason: "cancelled" });
    expect(await store.deployments.cancelRequested()).toEqual([running.id]);

    expect(await store.products.create(hello)).not.toBeNull();
  });

  it("that are purged leave no row, whatever had happened to them", async () => {
    const { product, installation } = await aProduct(store);
    const old = await ready(store, installation.id);
    await enqueued(store, installation.id, { trigger: "rollback", sourceId: old.id });
    await moved(store, await claimed(store), { type: "stop", at, reason: "cancelled" });
    await ready(store, installation.id);
    await store.installations.changeVariables(installation.id, { A: "1" }, []);
    await store.leases.port({ deployment: old.id }, "web", { first: 20_000, last: 20_001 }, new Set());

    await store.products.purge(product.id);
    expect(await store.products.get(product.id)).toEqual(product);
    await store.products.markDeleted(product.id, { keepVolumes: true });
    await store.products.purge(product.id);
    const counts = await database.sql`
      select (select count(*) from products) + (select count(*) from installations) + (select count(*) from deployments)
        + (select count(*) from deployment_events) + (select count(*) from variables) + (select count(*) from port_leases) as rows`;
    expect(counts).toEqual([{ rows: "0" }]);
  });
});

describe("installations", () => {
  afterEach(async () => {
    await database.sql`delete from products`;
    await database.sql`delete from environments where name <> 'production'`;
  });

  const staging = async () => {
    const environment = await store.environments.create({ name: "staging", domain: "s.example.com", branch: "dev" });
    if (!environment) throw new Error("There is a staging already");
    return environment;
  };

  it("keep their environment from being removed until their rows are gone", async () => {
    const { environments, installations } = store;
    const { id } = await staging();
    const { product } = await aProduct(store);
    const there = await installations.create({ productId: product.id, environmentId: id, branch: null });
    if (!there) throw new Error("The product was not installed");
    expect(await environments.remove(id)).toBe("in-use");
    await installations.markDeleted(there.id, { keepVolumes: true });
    expect(await environments.remove(id)).toBe("in-use");
    await installations.purge(there.id);
    expect(await environments.remove(id)).toBe("removed");
    expect(await environments.get(id)).toBeNull();
  });

  it("are made in environments of their own, once for each place", async () => {
    const { id: environmentId } = await staging();
    expect(await store.environments.create({ name: "staging", domain: null, branch: null })).toBeNull();
    expect(await store.environments.get(environmentId)).toEqual({
      id: environmentId,
      name: "staging",
      domain: "s.example.com",
      branch: "dev",
    });
    const { product, installation } = await aProduct(store);
    const place = { productId: product.id, environmentId, branch: "dev" };
    const created = await store.installations.create(place);
    expect(created).toEqual({ id: created?.id, ...place, liveDeploymentId: null, stopped: false });
    expect(await store.installations.create(place)).toBeNull();
    expect(await store.installations.ofProduct(product.id)).toEqual([installation, created]);
    await database.sql`delete from products`;
    expect(await store.installations.create(place)).toBeNull();
  });

  it("that are deleted free their place and hosts, end what they had going, and take nothing new", async () => {
    const { product, installation } = await aProduct(store);
    const { id } = installation;
    await store.domains.setCustom(id, "web", ["b.localhost"]);
    await store.domains.setFor(id, [{ host: "a.localhost", service: "web" }]);
    await enqueued(store, id);
    const running = await claimed(store);
    const waiting = await enqueued(store, id);

    await store.installations.markDeleted(id, { keepVolumes: true });
    expect(await store.installations.list()).toEqual([]);
    expect(await store.installations.ofProduct(product.id)).toEqual([]);
    expect(await store.installations.get(id)).toEqual(installation);
    expect(await store.installations.deleted()).toEqual([{ ...installation, keepVolumes: true }]);
    expect([await store.domains.list(), await store.domains.custom(id)]).toEqual([[], []]);
    expect(await store.deployments.get(waiting.id)).toMatchObject({ status: "stopped", reason: "cancelled" });
    expect(await store.deployments.cancelRequested()).toEqual([running.id]);
    expect(await store.deployments.list({ limit: 10 })).toEqual([]);
    expect(await store.deployments.list({ limit: 10, product: product.id })).toEqual([]);
    expect(await store.deployments.list({ limit: 10, installation: id })).toHaveLength(2);
    await expect(enqueued(store, id)).rejects.toThrow(/does not exist/);

    const { productId, environmentId, branch } = installation;
    const again = await store.installations.create({ productId, environmentId, branch });
    expect(again?.id).toBeGreaterThan(id);
    expect(await store.products.list()).toEqual([product]);
  });

  it("of a deleted product are deleted with it, each with what becomes of its volumes", async () => {
    const { product, installation } = await aProduct(store);
    const { id: environmentId } = await staging();
    const other = await store.installations.create({ productId: product.id, environmentId, branch: null });
    if (!other) throw new Error("unreachable");
    await store.installations.markDeleted(other.id, { keepVolumes: true });
    await store.products.markDeleted(product.id, { keepVolumes: false });
    expect(await store.installations.deleted()).toEqual([
      { ...installation, keepVolumes: false },
      { ...other, keepVolumes: true },
    ]);
  });

  it("that are purged leave no row, and only those that were deleted can be", async () => {
    const { product, installation } = await aProduct(store);
    const { id } = installation;
    const old = await ready(store, id);
    await enqueued(store, id, { trigger: "rollback", sourceId: old.id });
    await moved(store, await claimed(store), { type: "stop", at, reason: "cancelled" });
    await ready(store, id);
    await store.leases.port({ installation: id }, "db", { first: 20_000, last: 20_001 }, new Set());
    await store.installations.purge(id);
    expect(await store.installations.list()).toHaveLength(1);

    await store.installations.markDeleted(id, { keepVolumes: false });
    await store.installations.purge(id);
    const { sql } = database;
    const counts = await sql`
      select (select count(*) from installations) + (select count(*) from deployments) + (select count(*) from port_leases) as rows`;
    expect(counts).toEqual([{ rows: "0" }]);
    expect(await store.products.get(product.id)).toEqual(product);

    const second = await aProduct(store);
    await store.products.markDeleted(second.product.id, { keepVolumes: true });
    await store.installations.purge(second.installation.id);
    expect(await store.installations.get(second.installation.id)).toBeNull();
  });
});

describe("variables", () => {
  it("are set, changed and removed by name, and listed without their values", async () => {
    const installation = await anInstallation(store);
    await store.installations.changeVariables(installation, { B: "2", A: "1", C: "" }, []);
    await store.installations.changeVariables(installation, { A: "one", D: "ü \n 😀" }, ["B", "NEVER_SET"]);
    expect(await store.installations.variableNames(installation)).toEqual(["A", "C", "D"]);
    expect(await store.installations.variables(installation)).toEqual({ A: "one", C: "", D: "ü \n 😀" });
    expect(await store.installations.variables(await anInstallation(store))).toEqual({});
  });

  it("that are set and unset at once are set", async () => {
    const installation = await anInstallation(store);
    await store.installations.changeVariables(installation, { A: "1" }, ["A"]);
    expect(await store.installations.variableNames(installation)).toEqual(["A"]);
  });
});

describe("variables of a product", () => {
  it("are its installations', whose own win, and go with an own one that is unset", async () => {
    const { product, installation } = await aProduct(store);
    const other = await anInstallation(store);
    await store.products.changeVariables(product.id, { SHARED: "1", BOTH: "1", GONE: "1" }, []);
    await store.products.changeVariables(product.id, { SHARED: "2" }, ["GONE"]);
    await store.installations.changeVariables(installation.id, { BOTH: "own", OWN: "3" }, []);
    expect(await store.products.variableNames(product.id)).toEqual(["BOTH", "SHARED"]);
    expect(await store.installations.variableNames(installation.id)).toEqual(["BOTH", "OWN", "SHARED"]);
    expect(await store.installations.variables(installation.id)).toEqual({ BOTH: "own", OWN: "3", SHARED: "2" });
    await store.installations.changeVariables(installation.id, {}, ["BOTH"]);
    expect(await store.installations.variables(installation.id)).toEqual({ BOTH: "1", OWN: "3", SHARED: "2" });
    expect(await store.installations.variables(other)).toEqual({});
  });

  it("say whether builds get them; an own one that does not say goes by them", async () => {
    const { product, installation } = await aProduct(store);
    const { id } = installation;
    await store.products.changeVariables(product.id, { A: "1", B: "1", C: "1", D: "1" }, [], {
      atBuild: { A: true, B: true },
    });
    await store.installations.changeVariables(id, { A: "2", B: "2", E: "1" }, [], {
      atBuild: { B: false, E: false, NONE: true },
    });
    expect(await store.installations.buildMarks(id)).toEqual({ A: true, B: false, E: false });
    await store.products.changeVariables(product.id, { A: "3" }, [], { atBuild: { C: false } });
    await store.installations.changeVariables(id, {}, [], { atBuild: { E: null } });
    expect(await store.installations.buildMarks(id)).toEqual({ A: true, B: false, C: false });
  });
});

describe("variables that are not secret", () => {
  it("are listed with their values; a secret becomes visible with a new value only", async () => {
    const { product, installation } = await aProduct(store);
    const { id } = installation;
    const change = store.installations.changeVariables;
    await store.products.changeVariables(product.id, { BOTH: "1", ALL: "1" }, [], {
      secret: { BOTH: false, ALL: false },
    });
    await change(id, { BOTH: "own", KEY: "1", LOG_LEVEL: "debug" }, [], { secret: { LOG_LEVEL: false } });
    expect(await store.installations.visibleVariables(id)).toEqual({ ALL: "1", LOG_LEVEL: "debug" });
    await change(id, { LOG_LEVEL: "info" }, [], { secret: { KEY: false, BOTH: false } });
    expect(await store.installations.visibleVariables(id)).toEqual({ ALL: "1", LOG_LEVEL: "info" });
    await change(id, { KEY: "2" }, [], { secret: { KEY: false, LOG_LEVEL: true } });
    expect(await store.installations.visibleVariables(id)).toEqual({ ALL: "1", KEY: "2" });
    expect(await store.installations.variableEntries(id)).toEqual([
      { name: "ALL", value: "1", atBuild: null, isShared: true },
      { name: "BOTH", value: null, atBuild: null, isShared: false },
      { name: "KEY", value: "2", atBuild: null, isShared: false },
      { name: "LOG_LEVEL", value: null, atBuild: null, isShared: false },
    ]);
    expect(await store.products.variableEntries(product.id)).toMatchObject([
      { name: "ALL", value: "1", isShared: true },
      { name: "BOTH", value: "1", isShared: true },
    ]);
  });

  it("may have dots and dashes in their names", async () => {
    const id = await anInstallation(store);
    await store.installations.changeVariables(id, { "spring.datasource.url": "1", "x-y": "2" }, []);
    expect(await store.installations.variableNames(id)).toEqual(["spring.datasource.url", "x-y"]);
  });
});

describe("domains", () => {
  const route = (host: string, service = "web") => ({ host, service });

  it("are replaced by what is set", async () => {
    const installation = await anInstallation(store);
    expect(await store.domains.setFor(installation, [route("a.localhost"), route("b.localhost")])).toBe("ok");
    expect(await store.domains.setFor(installation, [route("b.localhost", "api"), route("c.localhost")])).toBe("ok");
    expect(await store.domains.list()).toEqual([
      { installation, ...route("b.localhost", "api"), waits: false },
      { installation, ...route("c.localhost"), waits: false },
    ]);
    expect(await store.domains.setFor(installation, [])).toBe("ok");
    expect(await store.domains.list()).toEqual([]);
  });

  it("of another installation are not taken, and nothing else is written then", async () => {
    const [one, other] = [await anInstallation(store), await anInstallation(store)];
    await store.domains.setFor(one, [route("a.localhost")]);
    await store.domains.setFor(other, [route("b.localhost")]);
    expect(await store.domains.setFor(other, [route("c.localhost"), route("a.localhost")])).toEqual({
      taken: "a.localhost",
      by: one,
    });
    expect((await store.domains.list()).map(({ host }) => host)).toEqual(["a.localhost", "b.localhost"]);
  });
});

describe("settings of services", () => {
  it("are kept for each service of an installation, replaced as a whole, and gone when nothing is set", async () => {
    const [one, other] = [await anInstallation(store), await anInstallation(store)];
    const { installations } = store;
    const all = {
      path: "/ready",
      intervalMs: 1,
      tryTimeoutMs: 2,
      timeoutMs: 3,
      successes: 4,
      memoryBytes: 2 ** 40,
      cpus: 0.5,
    };
    await installations.setServiceSettings(one, "web", all);
    await installations.setServiceSettings(one, "api", { ...nothingSet, successes: 1 });
    await installations.setServiceSettings(other, "web", { ...nothingSet, path: "/" });
    expect(await installations.serviceSettings(one)).toEqual(
      new Map([
        ["api", { ...nothingSet, successes: 1 }],
        ["web", all],
      ]),
    );
    await installations.setServiceSettings(one, "web", { ...nothingSet, cpus: 2 });
    await installations.setServiceSettings(one, "api", nothingSet);
    expect(await installations.serviceSettings(one)).toEqual(new Map([["web", { ...nothingSet, cpus: 2 }]]));
    await expect(installations.setServiceSettings(one, "web", { ...nothingSet, successes: 0 })).rejects.toThrow();
    await expect(installations.setServiceSettings(one, "web", { ...nothingSet, path: "no" })).rejects.toThrow();
  });
});

describe("custom domains", () => {
  const route = (host: string, service = "web") => ({ host, service });

  it("are replaced for each service, and move between services of one installation", async () => {
    const installation = await anInstallation(store);
    expect(await store.domains.setCustom(installation, "web", ["b.example.com", "a.example.com"])).toBe("ok");
    expect(await store.domains.setCustom(installation, "api", ["api.example.com", "b.example.com"])).toBe("ok");
    expect(await store.domains.custom(installation)).toEqual([
      route("a.example.com"),
      route("api.example.com", "api"),
      route("b.example.com", "api"),
    ]);
    expect(await store.domains.setCustom(installation, "api", [])).toBe("ok");
    expect(await store.domains.custom(installation)).toEqual([route("a.example.com")]);
    expect(await store.domains.list()).toEqual([]);
  });

  it("belong to one installation, be they served or only given", async () => {
    const [one, other] = [await anInstallation(store), await anInstallation(store)];
    await store.domains.setFor(one, [route("served.example.com")]);
    await store.domains.setCustom(one, "web", ["given.example.com"]);
    for (const taken of ["served.example.com", "given.example.com"]) {
      expect(await store.domains.ownerOf(taken)).toBe(one);
      expect(await store.domains.setCustom(other, "web", ["free.example.com", taken])).toEqual({ taken, by: one });
      expect(await store.domains.setFor(other, [route("free.example.com"), route(taken)])).toEqual({ taken, by: one });
    }
    expect(await store.domains.ownerOf("free.example.com")).toBeNull();
    expect(await store.domains.setCustom(one, "web", ["given.example.com", "served.example.com"])).toBe("ok");
  });

  it("are not changed under a deployment that is running", async () => {
    const installation = await anInstallation(store);
    await enqueued(store, installation);
    expect(await store.domains.setCustom(installation, "web", ["a.example.com"])).toBe("ok");
    await claimed(store);
    expect(await store.domains.setCustom(installation, "web", [])).toBe("busy");
    expect(await store.domains.custom(installation)).toEqual([route("a.example.com")]);
  });
});

describe("leases", () => {
  const range = { first: 20_000, last: 20_002 };
  const lease = (id: DeploymentId, service: string, avoid: number[] = []) =>
    store.leases.port({ deployment: id }, service, range, new Set(avoid));
  const pool = "10.214.0.0/25";

  it("give the lowest free port, the same again, and another when that is to be avoided", async () => {
    const { id } = await enqueued(store, await anInstallation(store));
    expect(await lease(id, "web")).toBe(20_000);
    expect(await lease(id, "web")).toBe(20_000);
    expect(await lease(id, "api", [20_001])).toBe(20_002);
    expect(await lease(id, "web", [20_000])).toBe(20_001);
    expect(await store.leases.ports({ deployment: id })).toEqual(
      new Map([
        ["web", 20_001],
        ["api", 20_002],
      ]),
    );
  });

  it("give nothing twice, say when there is nothing left, and take it back", async () => {
    const [one, other] = [
      await enqueued(store, await anInstallation(store)),
      await enqueued(store, await anInstallation(store)),
    ];
    for (const service of ["a", "b"]) await lease(one.id, service);
    expect(await lease(other.id, "a")).toBe(20_002);
    await expect(lease(other.id, "b")).rejects.toThrow(PoolExhausted);
    await store.leases.release({ deployment: one.id });
    expect(await lease(other.id, "b")).toBe(20_000);
    expect(await store.leases.ports({ deployment: one.id })).toEqual(new Map());
  });

  it("go on with the installation where a service outlives its deployment, and there alone", async () => {
    const installation = await anInstallation(store);
    const { id } = await enqueued(store, installation);
    for (const service of ["web", "db"]) await lease(id, service);
    await store.leases.handOver(id, installation, ["db"]);
    await store.leases.handOver(id, installation, ["db"]);
    await store.leases.handOver(id, installation, []);
    expect(await store.leases.ports({ installation })).toEqual(new Map([["db", 20_001]]));
    expect(await store.leases.ports({ deployment: id })).toEqual(new Map([["web", 20_000]]));

    const next = await enqueued(store, installation);
    await lease(next.id, "db");
    await store.leases.handOver(next.id, installation, ["db"]);
    expect(await store.leases.ports({ installation })).toEqual(new Map([["db", 20_001]]));
  });

  it("give a network that overlaps nothing in use, the same again, and another when that is in use by now", async () => {
    const [one, other] = [
      await enqueued(store, await anInstallation(store)),
      await enqueued(store, await anInstallation(store)),
    ];
    expect(await store.leases.subnet({ deployment: one.id }, pool, ["10.214.0.0/27"])).toBe("10.214.0.32/27");
    expect(await store.leases.subnet({ deployment: one.id }, pool, [])).toBe("10.214.0.32/27");
    expect(await store.leases.subnet({ deployment: other.id }, pool, [])).toBe("10.214.0.0/27");
    expect(await store.leases.subnet({ deployment: one.id }, pool, ["10.214.0.48/28"])).toBe("10.214.0.64/27");
    await expect(store.leases.subnet({ deployment: other.id }, pool, ["10.0.0.0/8"])).rejects.toThrow(PoolExhausted);
  });

  it("name who holds something", async () => {
    const [one, other, none] = [
      await enqueued(store, await anInstallation(store)),
      await enqueued(store, await anInstallation(store)),
      await enqueued(store, await anInstallation(store)),
    ];
    await lease(one.id, "web");
    await store.leases.subnet({ deployment: one.id }, pool, []);
    await store.leases.subnet({ deployment: other.id }, pool, []);
    expect(await store.leases.holders()).toEqual([one.id, other.id]);
    expect(await store.leases.holders()).not.toContain(none.id);
  });
});

describe("access", () => {
  afterEach(() => database.sql`truncate tokens, sessions`);

  it("has one first token", async () => {
    expect(await store.access.hasToken()).toBe(false);
    const added = await Promise.all(["one", "two"].map((token) => store.access.addFirstToken("admin", token)));
    expect(added.sort()).toEqual([false, true]);
    expect(await store.access.hasToken()).toBe(true);
  });

  it("knows who a token is", async () => {
    await store.access.addFirstToken("admin", "the token");
    expect(await store.access.identify("the token")).toEqual({ name: "admin" });
    for (const wrong of ["", "the token ", "THE TOKEN"]) expect(await store.access.identify(wrong)).toBeNull();
  });

  it("lets the administrator's token be set, and set again", async () => {
    await store.access.addFirstToken("admin", "old");
    for (const token of ["new", "new", "old", "newest"]) await store.access.setAdminToken("root", token);
    expect(await store.access.identify("newest")).toEqual({ name: "root" });
    for (const former of ["old", "new"]) expect(await store.access.identify(former)).toBeNull();
  });

  it("keeps sessions until they end, by time or by hand", async () => {
    const end = new Date(Date.now() + 60_000);
    const secret = await store.access.openSession({ name: "ada" }, end);
    expect(Buffer.from(secret, "base64url")).toHaveLength(32);
    expect(await store.access.session(secret, new Date(end.getTime() - 1))).toEqual({ name: "ada" });
    expect(await store.access.session(secret, end)).toBeNull();
    expect(await store.access.session(`${secret}x`, at)).toBeNull();
    await store.access.closeSession(secret);
    expect(await store.access.session(secret, at)).toBeNull();
  });

  it("ends the administrator's sessions with a token that is changed, and not with the same one set again", async () => {
    const end = new Date(Date.now() + 60_000);
    await store.access.setAdminToken("admin", "first");
    const [mine, other] = [
      await store.access.openSession({ name: "admin" }, end),
      await store.access.openSession({ name: "ada" }, end),
    ];
    await store.access.setAdminToken("admin", "first");
    expect(await store.access.session(mine, at)).not.toBeNull();
    await store.access.setAdminToken("admin", "second");
    expect(await store.access.session(mine, at)).toBeNull();
    expect(await store.access.session(other, at)).toEqual({ name: "ada" });
  });
});

describe("sessions of redeploys", () => {
  it("name the newest deployment that was asked for under them", async () => {
    const installation = await anInstallation(store);
    await enqueued(store, installation);
    const first = await enqueued(store, installation, { trigger: "redeploy", fresh: true, sessionId: "s-1" });
    expect(await store.deployments.bySession("s-1")).toEqual(first);
    expect(first).toMatchObject({ fresh: true, sessionId: "s-1" });
    const second = await enqueued(store, installation, { trigger: "redeploy", fresh: true, sessionId: "s-1" });
    expect(await store.deployments.bySession("s-1")).toEqual(second);
    expect(await store.deployments.bySession("s-2")).toBeNull();
  });

  it("are found without looking through every deployment", async () => {
    const plan = await database.sql.begin(async (sql) => {
      // A table this small is read whole whenever that is possible.
      await sql`set local enable_seqscan = off`;
      return sql`explain select * from deployments where session_id = 's-1' order by id desc limit 1`;
    });
    expect(JSON.stringify(plan)).toContain("deployments_session");
  });
});

it("settings keep the first value, or the last, as asked", async () => {
  expect(await store.settings.get("port")).toBeNull();
  const all = await Promise.all(["1", "2", "3"].map((value) => store.settings.getOrSet("port", value)));
  expect(new Set(all).size).toBe(1);
  await store.settings.set("port", "4");
  expect(await store.settings.get("port")).toBe("4");
});
