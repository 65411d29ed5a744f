import { PassThrough, Readable } from "node:stream";
import { beforeEach, describe, expect, test } from "vitest";
import { createCommands } from "../../../server/commands/commands.ts";
import { parseSlug } from "../../../server/model/product.ts";
import { BadPush } from "../../../server/ports/git.ts";
import type { NewToken } from "../../../server/ports/store/access.ts";
import { StoreUnavailable } from "../../../server/ports/store/store.ts";
import type { NewUser } from "../../../server/ports/store/users.ts";
import { createRights } from "../../../server/web/access/rights.ts";
import { createGitHttp } from "../../../server/web/git/git-http.ts";
import { createCatalog } from "../../../server/web/read/catalog.ts";
import { createOpenStreams } from "../../../server/web/streams/open-streams.ts";
import { aToken, aUser } from "../../contracts/store/access/people.ts";
import { createFakeMachines } from "../../fakes/cluster/fake-machines.ts";
import { createFakeBackupTools } from "../../fakes/fake-backup-tools.ts";
import { createFakeClock } from "../../fakes/fake-clock.ts";
import { createFakeEngine } from "../../fakes/fake-engine.ts";
import { createFakeGit } from "../../fakes/fake-git.ts";
import { createFakeReach } from "../../fakes/host/fake-reach.ts";
import { signInAdapters } from "../../fakes/sign-in-adapters.ts";
import { createFakeStore } from "../../fakes/store/fake-store.ts";

const token = "baton_test-token-that-is-long-enough-0123456789";
const refs = "/git/shop.git/info/refs?service=git-receive-pack";

/** Git over HTTP on fakes, as if every request came from `address`. */
async function createGitDoor(publicUrl = "http://127.0.0.1:4000") {
  const clock = createFakeClock();
  const store = createFakeStore(clock);
  const git = createFakeGit();
  let asked = 0;
  git.advertise = async () => {
    asked += 1;
    return Readable.from([]);
  };
  await store.access.addFirstToken("admin", token);
  const keep = () => {};
  const log = { debug: keep, info: keep, warn: keep, error: keep };
  const app = createGitHttp({
    store,
    git,
    clock,
    commands: createCommands({
      ...{ store, git, clock, log, engine: createFakeEngine(), wakeQueue: keep, wakeReconciler: keep },
      ...{ wakeBackups: keep, backupTools: createFakeBackupTools() },
      ...signInAdapters(clock),
      ...{ domain: "localhost", publicHost: "127.0.0.1", allowPrivateRepositories: false, subnets: "10.214.0.0/16" },
      ...{ machines: createFakeMachines(clock), reach: createFakeReach() },
      publishRoutes: async () => [],
      readSample: async () => new Map(),
    }),
    log,
    pageOf: String,
    urlOf: String,
    publicUrl: new URL(publicUrl),
    listen: { host: "127.0.0.1", port: 4000 },
    rights: createRights({ store, catalog: createCatalog(store) }),
    openStreams: createOpenStreams({ clock }),
    stamps: { note: keep },
  });
  return {
    ...{ app, clock, store, git },
    asked: () => asked,
    async read(path: string, password: string | null = token, method = "GET") {
      const headers = password === null ? undefined : { authorization: `Basic ${btoa(`x:${password}`)}` };
      const env = { incoming: { socket: { remoteAddress: "192.0.2.1" } }, outgoing: { once: keep } };
      const answer = await app.request(path, { method, ...(headers && { headers }) }, env);
      return { status: answer.status, type: answer.headers.get("content-type"), text: await answer.text() };
    },
    async ask(password: string | null, { from = "192.0.2.1", forwarded }: { from?: string; forwarded?: string } = {}) {
      const headers = new Headers();
      if (password !== null) headers.set("authorization", `Basic ${btoa(`x:${password}`)}`);
      if (forwarded !== undefined) headers.set("x-forwarded-for", forwarded);
      const incoming = { socket: { remoteAddress: from } };
      const outgoing = { once: keep };
      return (await app.request(refs, { headers }, { incoming, outgoing })).status;
    },
  };
}

let door: Awaited<ReturnType<typeof createGitDoor>>;
beforeEach(async () => {
  door = await createGitDoor();
});

/** The rights of several callers, each for the services of git: what they get, and what git shows them. */
describe.each<[string, Partial<NewUser>, Partial<NewToken>, readonly [number, number, number]]>([
  ["a viewer", { grants: [{ role: "viewer", productId: null }] }, {}, [403, 403, 404]],
  ["a deployer", { grants: [{ role: "deployer", productId: null }] }, {}, [200, 200, 404]],
  ["a maintainer", { grants: [{ role: "maintainer", productId: null }] }, {}, [200, 200, 200]],
  ["somebody without a role", { grants: [] }, {}, [404, 404, 404]],
  ["a token that may read", {}, { scopes: ["read"] }, [200, 403, 404]],
  ["a token that may deploy", {}, { scopes: ["deploy"] }, [403, 403, 404]],
  ["a token that may push", {}, { scopes: ["git:push"] }, [200, 200, 200]],
  ["a token for no product", {}, { productIds: [] }, [404, 404, 404]],
])("%s", (_, person, changes, [clone, push, pushNew]) => {
  test(`gets ${clone} for a clone, ${push} for a push, and ${pushNew} for a push to a free name`, async () => {
    const door = await createGitDoor();
    const slug = parseSlug("shop");
    if (slug) await door.store.products.create({ slug, repository: null, branch: null });
    const user = await aUser(door.store, { name: "Grace", ...person });
    await aUser(door.store, { name: "Ada" });
    await aToken(door.store, user.id, { token: "t", ...changes });
    const ask = async (path: string) => (await door.read(path, "t")).status;
    expect(await ask("/git/shop.git/info/refs?service=git-upload-pack")).toBe(clone);
    expect(await ask("/git/shop.git/info/refs?service=git-receive-pack")).toBe(push);
    expect(await ask("/git/new.git/info/refs?service=git-receive-pack")).toBe(pushNew);
    expect(await ask("/git/new.git/info/refs?service=git-upload-pack")).toBe(404);
    if (clone !== 200) expect((await door.read("/git/shop.git/git-upload-pack", "t", "POST")).status).toBe(clone);
    if (push !== 200) expect((await door.read("/git/shop.git/git-receive-pack", "t", "POST")).status).toBe(push);
  });
});

test("a clone without the right says the same, and so does each service that git asks for", async () => {
  await aUser(door.store, { name: "Ada" });
  const shop = await door.store.products.create({ slug: parseSlug("shop") as never, repository: null, branch: null });
  const viewer = await aUser(door.store, { grants: [{ role: "viewer", productId: shop?.product.id ?? null }] });
  await aToken(door.store, viewer.id, { token: "a-viewer" });
  const asked = [
    ["/git/shop.git/info/refs?service=git-upload-pack", "GET", "clone"],
    ["/git/shop.git/git-upload-pack", "POST", "clone"],
    ["/git/shop.git/info/refs?service=git-receive-pack", "GET", "push to"],
    ["/git/shop.git/git-receive-pack", "POST", "push to"],
  ] as const;
  for (const [path, method, right] of asked) {
    const { status, text } = await door.read(path, "a-viewer", method);
    expect(status, path).toBe(403);
    expect(text).toBe(
      `You may not ${right} shop: that takes the role deployer for it, and yours is viewer. Ada can give it to you.\n`,
    );
  }
});

test("a push without the right says which one is missing, for which product, and who can give it", async () => {
  const door = await createGitDoor();
  const slug = parseSlug("shop");
  if (slug) await door.store.products.create({ slug, repository: null, branch: null });
  const grants = [{ role: "viewer", productId: null }] as const;
  const user = await aUser(door.store, { name: "Grace", grants });
  await aUser(door.store, { name: "Ada" });
  await aToken(door.store, user.id, { token: "t" });
  expect((await door.read(refs, "t")).text).toBe(
    "You may not push to shop: that takes the role deployer for it, and yours is viewer. Ada can give it to you.\n",
  );
  expect((await door.read("/git/new.git/info/refs?service=git-receive-pack", "t")).text).toBe(
    'There is no product called "new". You may not create products with a push: that takes the role maintainer for everything, and yours is viewer. Ada can give it to you.\n',
  );
});

describe("git over HTTP", () => {
  test("asks for a password before git is asked for anything", async () => {
    expect(await door.ask(null)).toBe(401);
    expect(await door.ask("wrong")).toBe(401);
    expect(await door.ask("x".repeat(2_000))).toBe(401);
    expect(door.asked()).toBe(0);
    expect(await door.ask(token)).toBe(200);
    expect(door.asked()).toBe(1);
  });

  test("says that a token is wrong, and where a right one comes from", async () => {
    expect((await door.read(refs, null)).text).toBe(
      "Use your Baton token as the password; the username can be anything.\n",
    );
    expect((await door.read(refs, "wrong")).text).toMatch(/^wrong token\. Use your Baton token.*\n.*BATON_ADMIN_TOKEN/);
  });

  test("tells Git LFS in a sentence that it is not supported, after the password", async () => {
    for (const [method, path] of [
      ["POST", "/git/shop.git/info/lfs/objects/batch"],
      ["GET", "/git/shop.git/info/lfs/locks"],
      ["POST", "/git/shop.git/info/lfs/locks/verify"],
    ] as const) {
      const { status, type, text } = await door.read(path, token, method);
      expect([status, type]).toEqual([501, expect.stringMatching(/^application\/vnd\.git-lfs\+json/)]);
      expect(JSON.parse(text)).toEqual({ message: expect.stringContaining("does not support Git LFS") });
    }
    expect((await door.read("/git/shop.git/info/lfs/objects/batch", null, "POST")).status).toBe(401);
  });

  test("writes down a wrong password, but not that git asks without one first", async () => {
    await door.ask(null);
    await door.ask(token);
    // With a URL like http://x@…, curl first tries the name without a password.
    await door.ask("");
    expect(door.store.rows.audit).toEqual([]);
    await door.ask("wrong", { from: "192.0.2.9" });
    expect(door.store.rows.audit).toMatchObject([{ what: "failed to sign in with git", address: "192.0.2.9" }]);
  });

  test("says so where the database does not answer, and asks git for nothing", async () => {
    door.store.access.identify = () => Promise.reject(new StoreUnavailable("connection refused"));
    expect(await door.ask(token)).toBe(503);
    expect(door.asked()).toBe(0);
  });

  test("slows down who is wrong thirty times, whatever address he claims", async () => {
    for (let count = 0; count < 30; count++)
      expect(await door.ask("wrong", { forwarded: `198.51.100.${count}` })).toBe(401);
    expect(await door.ask("wrong", { forwarded: "198.51.100.99" })).toBe(429);
    expect(await door.ask("wrong", { from: "192.0.2.2" })).toBe(401);
    door.clock.advance(2_000);
    expect(await door.ask("wrong")).toBe(401);
  });

  test("lets in a right token, however often somebody else at its address was wrong", async () => {
    for (let count = 0; count < 40; count++) await door.ask("wrong");
    expect(await door.ask("wrong")).toBe(429);
    expect(await door.ask(token)).toBe(200);
  });

  test("looks at no token at all from where hundreds were wrong within a minute", async () => {
    for (let count = 0; count < 600; count++) await door.ask("wrong");
    expect(await door.ask(token)).toBe(429);
    expect(await door.ask(token, { from: "192.0.2.2" })).toBe(200);
  });

  test("behind Baton's own Caddy counts by the address that this Caddy saw", async () => {
    door = await createGitDoor("https://baton.example");
    const through = (address: string) => ({ from: "127.0.0.1", forwarded: address });
    for (let count = 0; count < 31; count++) await door.ask("wrong", through("198.51.100.1"));
    expect(await door.ask("wrong", through("198.51.100.1"))).toBe(429);
    expect(await door.ask("wrong", through("198.51.100.2"))).toBe(401);
    // An address that the client itself claims comes before the one that Caddy appends.
    expect(await door.ask("wrong", through("198.51.100.3, 198.51.100.1"))).toBe(429);
  });

  test("refuses a push in words that git shows, after the client has sent all of it", async () => {
    door.git.readPush = () => Promise.reject(new BadPush("this push has 1001 refs"));
    const incoming = Object.assign(new PassThrough(), { socket: { remoteAddress: "192.0.2.1" } });
    const headers = {
      authorization: `Basic ${btoa(`x:${token}`)}`,
      "content-type": "application/x-git-receive-pack-request",
    };
    const request = new Request("http://baton/git/shop.git/git-receive-pack", { method: "POST", headers });
    const response = await door.app.request(request, {}, { incoming, outgoing: { once: () => {} } });
    expect(response.status).toBe(200);
    let answered = false;
    const text = response.text().finally(() => {
      answered = true;
    });
    incoming.write("a pack");
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    incoming.end();
    expect(await text).toBe("001d\u0003this push has 1001 refs\n0000");
  });
});
