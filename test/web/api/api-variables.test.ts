// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how values refer to variables.
import { beforeEach, describe, expect, test } from "vitest";
import type { Grant } from "../../../server/model/access/user.ts";
import type { Ready } from "../../../server/model/deployment/deployment.ts";
import type { Installation } from "../../../server/model/product.ts";
import { aToken, aUser } from "../../contracts/store/access/people.ts";
import { aService } from "../../model/a-deployment.ts";
import { sampleCommit, sampleSpec } from "../samples.ts";
import { createWorld, type World } from "../world.ts";

const canary = "canary-8d1c";
let world: World;
let installation: Installation;
beforeEach(async () => {
  world = await createWorld();
  ({ installation } = await world.samples.product("shop"));
});

const ofInstallation = () => `/api/product-deployments/${installation.id}/variables`;
const ofProduct = "/api/products/shop/variables";
const put = (path: string, body: unknown) => world.read(path, { method: "PUT", body });
const installed = async () => (await world.read(`/api/product-deployments/${installation.id}`)).json;

/** A live version with these variables. */
function live(variables: Readonly<Record<string, string>>): Ready {
  const row = world.samples.live(installation);
  return world.store.put({ ...row, spec: { ...row.spec, variables } });
}

describe("variables", () => {
  test("of a product are given to its installations, whose own win", async () => {
    const shared = await put(ofProduct, { set: { SHARED: `${canary} of all`, BOTH: canary } });
    expect([shared.status, shared.json.variables]).toEqual([200, ["BOTH", "SHARED"]]);
    await put(ofInstallation(), { set: { BOTH: "own", OWN: canary } });
    expect((await installed()).variables).toEqual(["BOTH", "OWN", "SHARED"]);
    expect((await world.read("/api/products/shop")).json.variables).toEqual(["BOTH", "SHARED"]);
    expect(await world.store.installations.variables(installation.id)).toEqual({
      SHARED: `${canary} of all`,
      BOTH: "own",
      OWN: canary,
    });
    await put(ofInstallation(), { unset: ["BOTH"] });
    expect((await world.store.installations.variables(installation.id)).BOTH).toBe(canary);
  });

  test("say whether builds get them, each for itself", async () => {
    await put(ofProduct, { set: { A: "1", B: "1", C: "1" }, atBuild: { A: true, B: true, C: true } });
    await put(ofInstallation(), { set: { A: "2", B: "2" }, atBuild: { B: false } });
    await put(ofProduct, { atBuild: { C: null } });
    expect(await world.store.installations.buildMarks(installation.id)).toEqual({ A: true, B: false });
  });

  test.each([
    { atBuild: { "A B": true } },
    { atBuild: { A: "yes" } },
    { set: { A: { value: "1" } } },
    { set: { A: "a\u0000b" } },
    { values: {} },
  ])("are refused as %j, for a product as for an installation", async (body) => {
    for (const path of [ofProduct, ofInstallation()]) expect((await put(path, body)).status).toBe(400);
  });

  test("with a name that cannot be are refused with a sentence about it", async () => {
    const { json } = await put(ofProduct, { set: { "A B": "1" } });
    expect(json.error.message).toBe(
      '"A B" isn\'t a valid name (letters, digits, _, . and -, starting with a letter or _)',
    );
    const { json: value } = await put(ofInstallation(), { set: { A: "x".repeat(32_769) } });
    expect(value.error.message).toBe("set.A: the value is longer than 32,768 characters");
  });

  test("are secret unless they are marked plain; then their values are shown", async () => {
    const list = async (path: string) => (await world.read(path)).json.items;
    await put(ofProduct, { set: { ALL: "1", HIDDEN: canary }, secret: { ALL: false } });
    await put(ofInstallation(), { set: { LOG_LEVEL: "info\ntwo", OWN: canary }, secret: { LOG_LEVEL: false } });
    const plain = { secret: false, atBuild: null, writeOnly: false };
    const hidden = { secret: true, value: null, atBuild: null, writeOnly: false };
    const shared = [
      { name: "ALL", value: "1", ...plain, shared: true, from: "product" },
      { name: "HIDDEN", ...hidden, shared: true, from: "product" },
    ];
    expect(await list(ofProduct)).toEqual(shared);
    expect(await list(ofInstallation())).toEqual([
      ...shared,
      { name: "LOG_LEVEL", value: "info\ntwo", ...plain, shared: false, from: "installation" },
      { name: "OWN", ...hidden, shared: false, from: "installation" },
    ]);
    for (const path of [ofProduct, ofInstallation()]) {
      const { status, json } = await put(path, { secret: { HIDDEN: false } });
      expect([status, json.error.message]).toEqual([400, "HIDDEN is secret: enter its value again to make it visible"]);
    }
    await put(ofInstallation(), { set: { OWN: "known" }, secret: { OWN: false, LOG_LEVEL: true } });
    expect((await list(ofInstallation())).slice(2)).toMatchObject([{ value: null }, { value: "known" }]);
  });

  test("are revealed one at a time, with an entry in the activity, unless they are write-only", async () => {
    await put(ofInstallation(), { set: { ONE: canary, TWO: canary }, writeOnly: { TWO: true } });
    const reveal = (name: string) => world.read(`${ofInstallation()}/${name}/reveal`, { method: "POST" });
    const one = await reveal("ONE");
    expect([one.status, one.json]).toEqual([200, { name: "ONE", value: canary }]);
    expect(world.store.rows.audit.at(-1)).toMatchObject({ what: "revealed a variable of", detail: "ONE" });
    const entries = world.store.rows.audit.length;
    const two = await reveal("TWO");
    expect([two.status, two.json.error.message]).toEqual([
      409,
      "TWO is write-only: its value can be replaced, not revealed",
    ]);
    expect((await reveal("NONE")).status).toBe(404);
    expect(world.store.rows.audit).toHaveLength(entries);
    expect(JSON.stringify(world.store.rows.audit)).not.toContain(canary);
  });

  test("of an environment are got by all products there", async () => {
    const ofEnvironment = "/api/environments/1/variables";
    const { status, json } = await put(ofEnvironment, {
      set: { REGION: "eu", KEY: canary },
      secret: { REGION: false },
    });
    expect(status).toBe(200);
    expect(json.items).toMatchObject([
      { name: "KEY", value: null, from: "environment", shared: false },
      { name: "REGION", value: "eu" },
    ]);
    expect(world.store.rows.audit.at(-1)).toMatchObject({
      subject: "production",
      product: null,
      detail: "added REGION, KEY",
    });
    expect((await world.read(ofInstallation())).json.items).toMatchObject([
      { from: "environment" },
      { name: "REGION" },
    ]);
    expect((await world.read(`${ofEnvironment}/KEY/reveal`, { method: "POST" })).json).toEqual({
      name: "KEY",
      value: canary,
    });
    live({ REGION: "us", KEY: canary });
    expect((await installed()).pendingVariables).toEqual(["REGION"]);
  });

  test("whose references cannot be resolved are refused, and nothing is changed", async () => {
    const { status, json } = await put(ofInstallation(), { set: { A: "${{ B }}", C: "1" } });
    expect([status, json.error.message]).toEqual([400, "A refers to B, which is not set"]);
    expect((await world.read(ofInstallation())).json.items).toEqual([]);
    expect((await put(ofInstallation(), { set: { A: "x${{ B }}", B: "2" } })).status).toBe(200);
    live({ A: "x2", B: "2" });
    expect((await installed()).pendingVariables).toEqual([]);
    await put(ofInstallation(), { set: { B: "3" } });
    expect((await installed()).pendingVariables).toEqual(["A", "B"]);
  });

  test("refer to another product only for those who may change the variables of both", async () => {
    const { product: other, installation: there } = await world.samples.product("other");
    await world.store.installations.changeVariables(there.id, { TOKEN: canary }, []);
    const asSomebody = async (grants: readonly Grant[], own: string) => {
      const user = await aUser(world.store, { grants });
      await aToken(world.store, user.id, { token: own });
      const headers = { authorization: `Bearer ${own}`, "content-type": "application/json" };
      const body = JSON.stringify({ set: { STOLEN: "${{ other.TOKEN }}" } });
      const answer = await world.fetch(ofInstallation(), { method: "PUT", headers, body });
      return [answer.status, await answer.text()] as const;
    };
    const ofShop: Grant = { role: "maintainer", productId: installation.productId };
    const [status, text] = await asSomebody([ofShop, { role: "deployer", productId: other.id }], "one");
    expect([status, JSON.parse(text).error.message]).toEqual([
      403,
      "STOLEN refers to other.TOKEN, and you don't have the right to change the variables of other",
    ]);
    expect((await installed()).variables).toEqual([]);
    const both = await asSomebody([ofShop, { role: "maintainer", productId: other.id }], "two");
    expect(both[0]).toBe(200);
    expect(both[1]).not.toContain(canary);
  });

  test("are named in the activity, without their values", async () => {
    await put(ofInstallation(), { set: { TWO: "2", THREE: "3" } });
    await put(ofInstallation(), { set: { ONE: canary, THREE: canary }, unset: ["TWO", "NEVER"] });
    expect(world.store.rows.audit.at(-1)).toMatchObject({ detail: "added ONE; changed THREE; removed TWO" });
    expect(JSON.stringify(world.store.rows.audit)).not.toContain(canary);
  });

  test("as large as certificates are taken, for a product, too", async () => {
    const set = Object.fromEntries(Array.from({ length: 4 }, (_, index) => [`CERT_${index}`, "x".repeat(32_768)]));
    expect((await put(ofProduct, { set })).status).toBe(200);
    expect((await put(ofInstallation(), { set })).status).toBe(200);
  });

  test("are not yet live when the live version has others: added, changed or removed", async () => {
    live({ SAME: "1", CHANGED: "1", REMOVED: "1" });
    await put(ofProduct, { set: { SAME: "1", CHANGED: canary } });
    await put(ofInstallation(), { set: { ADDED: canary } });
    const json = await installed();
    expect(json.pendingVariables).toEqual(["ADDED", "CHANGED", "REMOVED"]);
    expect(JSON.stringify(json)).not.toContain(canary);
    await put(ofInstallation(), { set: { CHANGED: "1", REMOVED: "1" }, unset: ["ADDED"] });
    expect((await installed()).pendingVariables).toEqual([]);
  });

  test("wait for nothing where nothing is live", async () => {
    await put(ofInstallation(), { set: { A: "1" } });
    expect(await installed()).toMatchObject({ variables: ["A"], pendingVariables: [] });
  });
});

describe("the difference between two deployments", () => {
  const changes = (id: number, from?: number) =>
    world.read(`/api/deployments/${id}/changes${from === undefined ? "" : `?from=${from}`}`);

  test("names commits, variables and services, and no value", async () => {
    const from = world.samples.ready(installation);
    const to = world.samples.ready(installation, { commit: sampleCommit("Greet twice") });
    world.store.put({ ...from, spec: { ...from.spec, variables: { A: canary, OLD: canary } } });
    world.store.put({
      ...to,
      spec: {
        ...sampleSpec("shop", { A: `${canary}2`, NEW: canary }),
        commit: sampleCommit("Greet twice").sha,
        stacks: [
          { name: "shop", services: [aService({ command: ["node", "."], environment: { KEY: canary } })] },
          { name: "jobs", services: [aService({ name: "cron", kind: "worker" })] },
        ],
      },
    });
    const answer = await changes(to.id, from.id);
    expect(answer).toEqual({
      status: 200,
      json: {
        from: { id: from.id, number: 1, commit: { sha: from.spec.commit, message: from.commit?.message } },
        to: { id: to.id, number: 2, commit: { sha: sampleCommit("Greet twice").sha, message: "Greet twice" } },
        sameCommit: false,
        variables: { added: ["NEW"], removed: ["OLD"], changed: ["A"] },
        services: {
          added: ["cron"],
          removed: [],
          changed: [{ name: "web", what: ["image", "command", "environment"] }],
        },
      },
    });
    expect(JSON.stringify(answer)).not.toContain(canary);
  });

  test("is the one to the live version where no other is named", async () => {
    const old = world.samples.ready(installation);
    expect((await changes(old.id)).status).toBe(409);
    const now = live({ A: "1" });
    expect((await changes(old.id)).json).toMatchObject({
      from: { id: now.id },
      variables: { added: [], removed: ["A"], changed: [] },
    });
  });

  test("is not there for what was never built, nor between products", async () => {
    const one = world.samples.ready(installation);
    const failed = world.samples.failed(installation, {});
    expect((await changes(one.id, failed.id)).status).toBe(409);
    const { installation: other } = await world.samples.product("other");
    expect((await changes(one.id, world.samples.ready(other).id)).status).toBe(400);
    expect((await changes(one.id, 999_999)).status).toBe(404);
    expect((await world.read(`/api/deployments/${one.id}/changes?from=x`)).status).toBe(400);
  });
});
