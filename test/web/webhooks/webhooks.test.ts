import { createHmac } from "node:crypto";
import examples from "@octokit/webhooks-examples/api.github.com/index.json" with { type: "json" };
import { beforeEach, describe, expect, test } from "vitest";
import type { ProductId } from "../../../server/model/names/ids.ts";
import type { Slug } from "../../../server/model/product.ts";
import { createWorld, type World } from "../world.ts";

const repository = "https://github.com/Codertocat/Hello-World.git";
let world: World;
let secret: string;

beforeEach(async () => {
  world = await createWorld();
  const made = await world.read("/api/products", {
    method: "POST",
    body: { name: "shop", repository, branch: "main" },
  });
  secret = (made.json.webhook as { secret: string }).secret;
});

const payloadOf = (name: string) => {
  const payload = examples.find((one) => one.name === name)?.examples[0];
  if (payload === undefined) throw new Error(`there is no example of ${name}`);
  return payload as Record<string, unknown>;
};
const pushOf = (changes: object = {}) => ({
  ...payloadOf("push"),
  ref: "refs/heads/main",
  before: "a".repeat(40),
  after: "b".repeat(40),
  deleted: false,
  forced: false,
  head_commit: { id: "b".repeat(40), message: "Work" },
  commits: [{ message: "Work", added: ["src/a.ts"], removed: [], modified: [] }],
  ...changes,
});
const here = { repository: { clone_url: repository } };
const sign = (body: string, key = secret) => `sha256=${createHmac("sha256", key).update(body).digest("hex")}`;

async function post(body: string, changes: Record<string, string | null> = {}, path = "/webhooks/github/shop") {
  const headers: Record<string, string | null> = {
    "content-type": "application/json",
    "x-github-event": "push",
    "x-github-delivery": crypto.randomUUID(),
    "x-hub-signature-256": sign(body),
    ...changes,
  };
  const given = Object.entries(headers).filter((header): header is [string, string] => header[1] !== null);
  const answer = await world.fetch(path, { method: "POST", headers: given, body });
  const json = (await answer.json()) as {
    verdict: string;
    outcome: string;
    deploymentId?: number;
    error?: { code: string; message: string };
  };
  return { status: answer.status, ...json };
}

/** A body that never ends. */
function endless() {
  const state = { read: 0 };
  let end = () => {};
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        state.read++;
        if (state.read === 1) return controller.enqueue(new Uint8Array(10));
        await over;
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return { body, state, end: () => end() };
}
const streamed = (body: ReadableStream) => ({ body, duplex: "half" }) as RequestInit;

const ledger = async () =>
  (await world.read("/api/products/shop/webhook-deliveries")).json.items as unknown as {
    id: number;
    outcome: string;
    verdict: string;
    event: string;
    deploymentIds: number[];
  }[];
const deployments = async () => (await world.read("/api/products/shop/deployments")).json.items;

describe("a delivery", () => {
  test("of a push to the tracked branch is queued, by whoever pushed", async () => {
    const answer = await post(JSON.stringify(pushOf()));
    expect(answer).toMatchObject({
      status: 202,
      outcome: "deployed",
      verdict: "bbbbbbbb on main: queued for production",
    });
    expect(world.woken.queue).toBe(1);
    const [deployment] = await deployments();
    expect(deployment).toMatchObject({
      id: answer.deploymentId,
      trigger: "webhook",
      ref: "main",
      commit: null,
      by: "Codertocat",
    });
    expect(await ledger()).toMatchObject([
      { outcome: "deployed", event: "push", deploymentIds: [answer.deploymentId] },
    ]);
  });

  test("may come as a form", async () => {
    const body = new URLSearchParams({ payload: JSON.stringify(pushOf()) }).toString();
    const answer = await post(body, { "content-type": "application/x-www-form-urlencoded" });
    expect(answer).toMatchObject({ status: 202, outcome: "deployed" });
  });

  test.each([
    ["ping", { "x-github-event": "ping" }, "pong"],
    ["delete", { "x-github-event": "delete" }, "ignored"],
    ["pull_request", { "x-github-event": "pull_request" }, "ignored"],
    ["star", { "x-github-event": "star" }, "ignored"],
  ])("of a %s is answered in words, and deploys nothing", async (name, headers, outcome) => {
    const answer = await post(JSON.stringify({ ...payloadOf(name), ...here }), headers);
    expect(answer).toMatchObject({ status: 200, outcome, verdict: expect.stringMatching(/\w+ \w+/) });
    expect(await deployments()).toEqual([]);
  });

  test("of a ping shows on the page that the webhook works", async () => {
    const { cookie } = await world.signIn();
    const page = async () => (await world.fetch("/products/shop/webhooks", { headers: { cookie } })).text();
    expect(await page()).toContain("No ping yet");
    await post(JSON.stringify({ ...payloadOf("ping"), ...here }), { "x-github-event": "ping" });
    expect(await page()).toContain("Working");
  });

  test("of another repository says on the product's pages that its own may have been renamed, until the new URL is set", async () => {
    const { cookie } = await world.signIn();
    const pages = () =>
      Promise.all(
        ["/products/shop", "/products/shop/webhooks"].map(async (path) =>
          (await world.fetch(path, { headers: { cookie } })).text(),
        ),
      );
    const hint = "Was the repository renamed?";
    for (const page of await pages()) expect(page).not.toContain(hint);
    const renamed = { repository: { clone_url: "https://github.com/Codertocat/Boutique.git" } };
    const { verdict } = await post(JSON.stringify(pushOf(renamed)));
    expect(verdict).toMatch(/Boutique\.git.*if the repository was renamed or moved, set its new URL$/);
    for (const page of await pages()) expect(page).toContain(hint);
    const product = await world.store.products.bySlug("shop" as Slug);
    await world.store.products.update(product?.id as ProductId, { repository: renamed.repository.clone_url });
    for (const page of await pages()) expect(page).not.toContain(hint);
  });

  test("that comes again is one too many, and so is a replay under another id", async () => {
    const body = JSON.stringify(pushOf());
    const first = await post(body, { "x-github-delivery": "one" });
    const same = await post(body, { "x-github-delivery": "one" });
    const replay = await post(body, { "x-github-delivery": "two" });
    for (const again of [same, replay]) {
      expect(again).toMatchObject({ status: 200, outcome: "duplicate", deploymentId: first.deploymentId });
    }
    expect(await deployments()).toHaveLength(1);
  });

  test("can be judged once more from the ledger", async () => {
    await post(JSON.stringify(pushOf({ ref: "refs/heads/next" })));
    await world.api("/api/products/shop", { method: "PATCH", body: { branch: "next" } });
    const [entry] = await ledger();
    const again = await world.read(`/api/products/shop/webhook-deliveries/${entry?.id}/redeliver`, { method: "POST" });
    expect(again).toMatchObject({ status: 200, json: { outcome: "deployed" } });
    expect(await ledger()).toHaveLength(2);
  });
});

describe("nobody but the forge is believed", () => {
  const body = () => JSON.stringify(pushOf());

  test.each([
    ["no signature", () => ({ "x-hub-signature-256": null })],
    ["an empty signature", () => ({ "x-hub-signature-256": "" })],
    ["a short signature", () => ({ "x-hub-signature-256": sign(body()).slice(0, 40) })],
    ["a signature in capitals", () => ({ "x-hub-signature-256": sign(body()).toUpperCase() })],
    ["a foreign signature", () => ({ "x-hub-signature-256": sign(body(), "a different secret") })],
    ["a signature with an empty secret", () => ({ "x-hub-signature-256": sign(body(), "") })],
    ["only the old signature", () => ({ "x-hub-signature-256": null, "x-hub-signature": "sha1=00" })],
    [
      "a signature over the body as it would be written anew",
      () => ({ "x-hub-signature-256": sign(JSON.stringify(pushOf(), null, 1)) }),
    ],
    ["a token instead", () => ({ "x-hub-signature-256": null, authorization: "Bearer x" })],
  ])("%s is refused, and the ledger says why", async (_what, headers) => {
    const answer = await post(body(), headers());
    expect([answer.status, answer.error?.code]).toEqual([401, "unauthorized"]);
    expect(await deployments()).toEqual([]);
    expect(await ledger()).toMatchObject([
      {
        outcome: "refused",
        verdict: expect.stringMatching(/^the (delivery is not signed|signature is wrong): the webhook/),
      },
    ]);
  });

  test("an unsigned delivery does not reveal which products exist or have a secret", async () => {
    await world.samples.product("unset");
    for (const signature of [null, "sha256=00", sign(body(), "wrong")]) {
      const headers = { "x-hub-signature-256": signature };
      const [here, unset, nowhere] = await Promise.all(
        ["shop", "unset", "nothing"].map((name) => post(body(), headers, `/webhooks/github/${name}`)),
      );
      expect(here).toMatchObject({ status: 401, error: { code: "unauthorized" } });
      expect(unset).toEqual(here);
      expect(nowhere).toEqual(here);
    }
    const large = await Promise.all(
      ["shop", "nothing"].map((name) => post("x".repeat(5 * 1024 * 1024 + 1), {}, `/webhooks/github/${name}`)),
    );
    expect(large.map(({ status }) => status)).toEqual([413, 413]);
  });

  test("a refused delivery takes nothing from the right one of its id", async () => {
    await post(body(), { "x-github-delivery": "one", "x-hub-signature-256": sign(body(), "wrong") });
    expect(await post(body(), { "x-github-delivery": "one" })).toMatchObject({ outcome: "deployed" });
  });

  test("one product's secret is nothing to another", async () => {
    await world.read("/api/products", { method: "POST", body: { name: "other", repository } });
    expect((await post(body(), {}, "/webhooks/github/other")).status).toBe(401);
  });

  test("a product without a secret believes nobody", async () => {
    await world.samples.product("old");
    for (const headers of [{ "x-hub-signature-256": sign(body(), "") }, { "x-hub-signature-256": null }]) {
      expect((await post(body(), headers, "/webhooks/github/old")).status).toBe(401);
    }
    const { json } = await world.read("/api/products/old/webhook-deliveries");
    const verdict = "this product has no webhook secret yet: generate one on its Repository tab";
    expect(json.items).toMatchObject([{ verdict }, { verdict }]);
  });

  test("a new secret ends the old one", async () => {
    const made = await world.read("/api/products/shop/webhook-secret", { method: "POST" });
    expect(made).toMatchObject({ status: 201, json: { secret: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    expect((await post(body())).status).toBe(401);
    secret = made.json.secret as string;
    expect((await post(body())).status).toBe(202);
  });

  test.each([
    ["x/main", { ref: "refs/heads/x/main" }],
    ["a tag called main", { ref: "refs/tags/main" }],
    ["another repository", { repository: { clone_url: "https://github.com/Codertocat/Hello-World2.git" } }],
  ])("a push of %s does not deploy main", async (_what, changes) => {
    expect(await post(JSON.stringify(pushOf(changes)))).toMatchObject({ status: 200, outcome: "ignored" });
    expect(await deployments()).toEqual([]);
  });

  test.each([
    ["{", "the payload is not JSON"],
    ["null", /^the payload is not a GitHub payload/],
    [JSON.stringify({ ref: ["refs/heads/main"] }), /^the payload is not a GitHub payload/],
  ])("a genuine body that is %j is answered in words", async (text, verdict) => {
    const answer = await post(text);
    expect(answer).toMatchObject({ status: 200, outcome: "refused", verdict: expect.stringMatching(verdict) });
  });

  test("a body that is too large is refused before it is read", async () => {
    const answer = await post("x".repeat(5 * 1024 * 1024 + 1));
    expect([answer.status, answer.error?.code]).toEqual([413, "too_large"]);
    expect(await ledger()).toMatchObject([{ outcome: "refused", verdict: "the body is larger than 5 MiB" }]);
  });

  test.each([null, "sha256=00", "sha1=00"])("a body with the signature %j is not read at all", async (signature) => {
    const { body: unread, state } = endless();
    const headers = signature === null ? {} : { "x-hub-signature-256": signature };
    const answer = await world.fetch("/webhooks/github/shop", { method: "POST", headers, ...streamed(unread) });
    expect([answer.status, state.read]).toEqual([401, 0]);
    expect(await ledger()).toMatchObject([{ outcome: "refused" }]);
  });

  /** Opens deliveries whose bodies never end, as if they came from these addresses. */
  function hold(addresses: readonly string[]) {
    const headers = { host: "127.0.0.1:4000", "x-hub-signature-256": sign(body()) };
    return addresses.map((remoteAddress) => {
      const one = endless();
      const answer = world.app.request(
        "http://127.0.0.1:4000/webhooks/github/shop",
        { method: "POST", headers, ...streamed(one.body) },
        { incoming: { socket: { remoteAddress } } },
      );
      return { ...one, answer: Promise.resolve(answer) };
    });
  }

  test("bodies that do not end take no more memory than eight of them, and the slowest give way to the ninth", async () => {
    const bodies = hold(Array.from({ length: 9 }, () => "127.0.2.1"));
    await expect.poll(() => world.clock.sleeping).toBe(2);
    expect(bodies.filter(({ state }) => state.read > 0)).toHaveLength(8);
    world.clock.advance(2_000);
    const slowest = await Promise.race(bodies.map(({ answer }) => answer));
    expect(slowest.status).toBe(408);
    expect(await slowest.json()).toMatchObject({
      error: { message: "the body did not arrive within 2 s, and others were waiting" },
    });
    await expect.poll(() => bodies.filter(({ state }) => state.read > 0)).toHaveLength(9);
    for (const one of bodies) one.end();
    const statuses = (await Promise.all(bodies.map(({ answer }) => answer))).map(({ status }) => status);
    expect(statuses.sort()).toEqual([...Array.from({ length: 8 }, () => 401), 408]);
    expect((await post(body())).status).toBe(202);
  });

  test("however many send slowly, a delivery from elsewhere waits for two seconds at most", async () => {
    const slow = hold(Array.from({ length: 60 }, (_, index) => `127.0.2.${index % 6}`));
    await expect.poll(() => slow.filter(({ state }) => state.read > 0)).toHaveLength(24);
    const delivered = post(body());
    await new Promise((resolve) => setTimeout(resolve, 20));
    world.clock.advance(2_000);
    expect((await delivered).status).toBe(202);
    world.clock.advance(8_000);
    for (const one of slow) one.end();
    await Promise.all(slow.map(({ answer }) => answer));
  });

  test("a product that is deleted while a delivery is on its way is as one that never was", async () => {
    const product = await world.store.products.bySlug("shop" as never);
    const { record } = world.store.deliveries;
    Object.assign(world.store.deliveries, {
      async record(...given: Parameters<typeof record>) {
        await world.store.products.markDeleted(given[0], { keepVolumes: false });
        throw new Error(`Product ${product?.id} is gone: nothing can be delivered to it`);
      },
    });
    expect(await post(body())).toMatchObject({ status: 401, error: { code: "unauthorized" } });
  });

  test("no other address delivers", async () => {
    expect((await world.fetch("/webhooks/gitlab/shop", { method: "POST" })).status).toBe(404);
    expect((await world.fetch("/webhooks/github/shop")).status).toBe(405);
  });

  test("who is wrong too often has to wait, whatever address he claims; the right ones are not counted", async () => {
    for (let count = 0; count < 60; count++)
      expect((await post(JSON.stringify(pushOf({ after: String(count).padStart(40, "c") })))).status).toBe(202);
    const wrong = (address: string) => post(body(), { "x-hub-signature-256": "sha256=00", "x-forwarded-for": address });
    for (let count = 0; count < 30; count++) expect((await wrong(`10.0.0.${count}`)).status).toBe(401);
    expect((await wrong("10.1.0.1")).status).toBe(429);
    world.clock.advance(60_000);
    expect((await wrong("10.1.0.1")).status).toBe(401);
  });
});

describe("however often somebody is refused", () => {
  const body = () => JSON.stringify(pushOf());
  const wrong = () => post(body(), { "x-hub-signature-256": sign(body(), "wrong") });

  test("a right signature is let in, and the ledger is not filled with more than the limit", async () => {
    for (let count = 0; count < 31; count++) await wrong();
    expect((await wrong()).status).toBe(429);
    expect(await post(body())).toMatchObject({ status: 202, outcome: "deployed" });
    await world.read("/api/products", { method: "POST", body: { name: "other", repository } });
    expect((await post(body(), {}, "/webhooks/github/other")).status).toBe(401);
    const { json } = await world.read("/api/products/shop/webhook-deliveries?limit=100");
    expect(json.items).toHaveLength(31);
  });

  test("the right signature is accepted during a flood for unknown products, and answers do not reveal which exist", async () => {
    for (let count = 0; count < 30; count++) await post(body(), {}, "/webhooks/github/nothing");
    expect((await post(body(), {}, "/webhooks/github/nothing")).status).toBe(429);
    expect((await post(body(), {}, "/webhooks/github/neither")).status).toBe(401);
    expect((await wrong()).status).toBe(401);
    for (let count = 0; count < 268; count++) await post(body(), {}, `/webhooks/github/nothing-${count}`);
    expect((await wrong()).status).toBe(429);
    expect((await post(body(), {}, "/webhooks/github/nothing")).status).toBe(429);
    expect((await post(body())).status).toBe(202);
  });
});

describe("the ledger", () => {
  test("keeps what was said, without secrets", async () => {
    const body = JSON.stringify(pushOf({ hook: { config: { secret: "canary" } }, note: secret }));
    await post(body, { cookie: "canary", "x-request-id": "canary" });
    const [entry] = await ledger();
    const { json } = await world.read(`/api/products/shop/webhook-deliveries/${entry?.id}`);
    const text = JSON.stringify(json);
    expect(text).toContain("Codertocat");
    expect(text).not.toMatch(/canary|sha256=/);
    expect(text).not.toContain(secret);
  });

  test("is a page, where a delivery can be looked at and delivered again", async () => {
    await post(JSON.stringify(pushOf({ head_commit: { message: "<script>alert(1)</script> [skip ci]" } })));
    const { cookie, csrf } = await world.signIn();
    const [entry] = await ledger();
    const page = await (await world.fetch("/products/shop/webhooks", { headers: { cookie } })).text();
    expect(page).toContain(`/products/shop/webhooks/${entry?.id}`);
    const detail = await (await world.fetch(`/products/shop/webhooks/${entry?.id}`, { headers: { cookie } })).text();
    expect(detail).toContain("Deliver again");
    expect(detail).not.toContain("<script>alert");
    const again = await world.fetch(`/products/shop/webhooks/${entry?.id}/redeliver`, {
      method: "POST",
      headers: { cookie, origin: "http://127.0.0.1:4000", "sec-fetch-site": "same-origin" },
      body: new URLSearchParams({ csrf }),
    });
    expect([again.status, again.headers.get("location")]).toEqual([
      303,
      `/products/shop/webhooks/${Number(entry?.id) + 1}`,
    ]);
  });
});

test.each(["9007199254740993", "99999999999999999999"])("there is no delivery %s", async (id) => {
  const { cookie, csrf } = await world.signIn();
  expect((await world.fetch(`/products/shop/webhooks/${id}`, { headers: { cookie } })).status).toBe(404);
  const again = await world.fetch(`/products/shop/webhooks/${id}/redeliver`, {
    method: "POST",
    headers: { cookie, origin: "http://127.0.0.1:4000", "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ csrf }),
  });
  expect(again.status).toBe(404);
  expect(await again.text()).toContain("no such delivery");
});

describe("a repository", () => {
  const form = async (path: string, fields: Record<string, string>) => {
    const { cookie, csrf } = await world.signIn();
    return world.fetch(path, {
      method: "POST",
      headers: { cookie, origin: "http://127.0.0.1:4000", "sec-fetch-site": "same-origin" },
      body: new URLSearchParams({ csrf, ...fields }),
    });
  };

  test("is connected on its page, with folder, patterns and an interval", async () => {
    const answer = await form("/products/shop/webhooks/repository", {
      repository: "git@github.com:acme/shop.git",
      "branch of production": "trunk",
      rootDirectory: "/apps/shop/",
      paths: "apps/shop/** lib/**",
      pollMinutes: "5",
    });
    expect(answer.status).toBe(303);
    expect((await world.read("/api/products/shop")).json).toMatchObject({
      repository: "git@github.com:acme/shop.git",
      branch: "trunk",
    });
    expect((await world.read("/api/products/shop/source")).json).toMatchObject({
      rootDirectory: "apps/shop",
      paths: ["apps/shop/**", "lib/**"],
      pollMinutes: 5,
    });
  });

  test.each([
    [{ repository: "https://169.254.169.254/latest" }, /not an address on the internet/],
    [{ repository: "https://t0ken@github.com/acme/shop" }, /enter an https:\/\/ or ssh:\/\/ URL/],
    [{ repository, rootDirectory: "../.." }, /enter a folder in the repository/],
    [{ repository, paths: "apps/** ../lib" }, /leaves the repository: paths start at its root/],
    [{ repository, paths: "{apps,lib/**" }, /an unmatched brace/],
    [{ repository, pollMinutes: "0" }, /at least 1 minute/],
    [{ repository, pollMinutes: "x" }, /Poll every \(minutes\): enter a whole number of minutes/],
  ])("as %j is refused on the page", async (fields, message) => {
    const answer = await form("/products/shop/webhooks/repository", fields);
    expect(answer.status).toBe(400);
    const html = await answer.text();
    expect(html).toMatch(message);
    // The form is filled in again as the user typed it, except for a URL's password.
    for (const [name, value] of Object.entries(fields)) {
      expect(html).toContain(`name="${name}" value="${value.replace("t0ken@", "")}"`);
    }
    expect(html).not.toContain("t0ken");
  });

  test("elsewhere does not get the token that was given for the one before", async () => {
    const source = async () => (await world.read("/api/products/shop/source")).json;
    await world.api("/api/products/shop/source", { method: "PATCH", body: { token: "ghp_canary" } });
    expect(await source()).toMatchObject({ hasToken: true });
    await world.api("/api/products/shop", { method: "PATCH", body: { repository: "https://github.com/acme/moved" } });
    expect(await source()).toMatchObject({ hasToken: true });
    await world.api("/api/products/shop", { method: "PATCH", body: { repository: "https://evil.example/acme/shop" } });
    expect(await source()).toMatchObject({ hasToken: false });
  });

  test("has secrets that no page and no answer shows a second time", async () => {
    await world.api("/api/products/shop/source", { method: "PATCH", body: { token: "ghp_canary" } });
    const { cookie } = await world.signIn();
    const texts = await Promise.all([
      world.api("/api/products").then((answer) => answer.text()),
      world.api("/api/products/shop").then((answer) => answer.text()),
      world.api("/api/products/shop/source").then((answer) => answer.text()),
      world.fetch("/products/shop/webhooks", { headers: { cookie } }).then((answer) => answer.text()),
    ]);
    for (const text of texts) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain("ghp_canary");
    }
    expect(JSON.stringify(world.logged)).not.toMatch(/ghp_canary/);
  });

  test("shows a new webhook secret this once, and a deploy key to add", async () => {
    const shown = await (await form("/products/shop/webhooks/secret", {})).text();
    expect(shown).toMatch(/<pre id="webhook-secret">\s*[0-9a-f]{64}/);
    await form("/products/shop/webhooks/deploy-key", {});
    const { cookie } = await world.signIn();
    const page = await (await world.fetch("/products/shop/webhooks", { headers: { cookie } })).text();
    expect(page).toContain("ssh-ed25519 AAAA baton-shop");
    expect(page).not.toContain("webhook-secret");
  });
});
