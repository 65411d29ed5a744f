import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createBatches } from "../../../server/commands/sources/batches.ts";
import { advance, type Building, type Failure } from "../../../server/model/deployment/deployment.ts";
import type { CommitSha, DeploymentId, InstallationId } from "../../../server/model/names/ids.ts";
import type { Product, Slug } from "../../../server/model/product.ts";
import type { NewDelivery } from "../../../server/ports/store/deliveries.ts";
import { judgeDelivery } from "../../../server/rules/webhooks/webhook-verdict.ts";
import { type ScratchDatabase, scratchDatabase } from "../scratch-database.ts";

let scratch: ScratchDatabase;
let product: Product;
let installation: InstallationId;
let count = 0;
const repository = "https://github.com/acme/shop.git";

beforeAll(async () => {
  scratch = await scratchDatabase();
});
afterAll(() => scratch.remove());
beforeEach(async () => {
  await scratch.sql`update deployments set status = 'stopped', reason = 'cancelled', finished_at = now(), step = null where status in ('queued', 'building')`;
  const made = await scratch.store.products.create({ slug: `shop-${count++}` as Slug, repository, branch: "main" });
  if (!made) throw new Error("the product was not made");
  product = made.product;
  installation = made.installation.id;
});

const sha = (number: number) => number.toString(16).padStart(40, "0") as CommitSha;
const push = (after: CommitSha, changes: Partial<NewDelivery> = {}): NewDelivery => ({
  via: "github",
  deliveryId: randomUUID(),
  name: "push",
  event: {
    type: "push",
    repository: [repository],
    ref: "refs/heads/main",
    after,
    defaultBranch: "main",
    message: "Work\0 \ud800",
    paths: ["a"],
    by: "octocat",
  },
  again: null,
  by: "octocat",
  content: { headers: { "x-github-event": "push" }, body: '{"a": "\0"}', bodyBytes: 8, digest: randomUUID() },
  quiet: false,
  ...changes,
});
const record = (...deliveries: readonly NewDelivery[]) =>
  scratch.store.deliveries.record(product.id, deliveries, judgeDelivery, new Date());
const deployments = () => scratch.store.deployments.list({ product: product.id, limit: 2_000 });

async function claim(id: DeploymentId): Promise<Building> {
  const claimed = await scratch.store.deployments.claim(1_000, () => new Date());
  if (claimed?.id !== id) throw new Error(`${claimed?.id} was claimed instead of ${id}`);
  return claimed;
}

describe("the ledger", () => {
  test("knows what a forge delivered last, apart from what Baton saw and what was refused", async () => {
    const { deliveries } = scratch.store;
    expect(await deliveries.newestFromForge(product.id)).toBeNull();
    await record(push(sha(1)), push(sha(2)));
    await record({ ...push(sha(3)), via: "baton", deliveryId: null, content: null });
    const refusal = { via: "github", deliveryId: null, name: "push", reason: "not signed", headers: {}, bodyBytes: 1 };
    await deliveries.refuse(product.id, refusal, new Date());
    expect(await deliveries.newestFromForge(product.id)).toEqual({
      event: expect.objectContaining({ type: "push", after: sha(2), repository: [repository] }),
      headers: { "x-github-event": "push" },
    });
  });

  test("queues a deployment of the branch, in the transaction of its line", async () => {
    const [one] = await record(push(sha(1)));
    expect(one).toMatchObject({ outcome: "deployed", deployments: [expect.any(Number)] });
    expect(await deployments()).toMatchObject([
      { id: one?.deployments[0], status: "queued", trigger: "webhook", ref: "main", commit: null, by: "octocat" },
    ]);
    const entry = await scratch.store.deliveries.get(product.id, one?.id ?? 0);
    expect(entry).toMatchObject({ name: "push", commit: sha(1), event: { type: "push", after: sha(1) }, bodyBytes: 8 });
    expect(entry?.body).toBe('{"a": "\ufffd"}');
  });

  test("makes one deployment of twenty deliveries of one id at the same time", async () => {
    const one = push(sha(1));
    const recorded = await Promise.all(Array.from({ length: 20 }, () => record(one)));
    const outcomes = recorded.flat().map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === "deployed")).toHaveLength(1);
    expect(new Set(recorded.flat().flatMap(({ deployments: made }) => made)).size).toBe(1);
    expect(await deployments()).toHaveLength(1);
    expect(await scratch.store.deliveries.list(product.id, { limit: 50 })).toHaveLength(20);
  });

  test("makes one deployment of one commit, whatever the deliveries are called", async () => {
    await Promise.all(Array.from({ length: 20 }, () => record(push(sha(1)))));
    expect(await deployments()).toHaveLength(1);
  });

  test("takes a body that comes again under another id for a replay", async () => {
    const first = push(sha(1));
    await record(first);
    await record(push(sha(2)));
    const [again] = await record({ ...first, deliveryId: randomUUID() });
    expect(again).toMatchObject({ outcome: "duplicate", verdict: expect.stringMatching(/already arrived/) });
  });

  test("knows by what it was told which commit a deployment has before its fetch, and by the fetch afterwards", async () => {
    const [first] = await record(push(sha(1)));
    const building = await claim(first?.deployments[0] as DeploymentId);
    expect((await record(push(sha(1))))[0]?.outcome).toBe("duplicate");
    // The branch had moved on by then.
    await scratch.store.deployments.recordCommit(building, { sha: sha(2), message: "", author: "" });
    expect((await record(push(sha(2))))[0]?.outcome).toBe("duplicate");
    expect((await record(push(sha(1))))[0]?.outcome).toBe("deployed");
  });

  test("deploys again what has failed", async () => {
    const [first] = await record(push(sha(1)));
    const building = await claim(first?.deployments[0] as DeploymentId);
    const failure: Failure = {
      ...{ stage: "build" as const, service: null, message: "no", hint: null, lastLines: [] },
      ...{ exitCode: 1, outOfMemory: false, lastProbe: null },
    };
    const failed = advance(building, { type: "fail", at: new Date(), failure });
    if (!failed) throw new Error("it cannot fail");
    await scratch.store.deployments.move(building, failed);
    expect((await record(push(sha(1))))[0]?.outcome).toBe("deployed");
  });

  test("supersedes what is queued, and nothing else", async () => {
    const [first] = await record(push(sha(1)));
    const [second] = await record(push(sha(2)));
    const statuses = (await deployments()).map(({ id, status }) => [id, status]);
    expect(statuses).toEqual([
      [second?.deployments[0], "queued"],
      [first?.deployments[0], "stopped"],
    ]);
  });

  test("gives an installation that tracks nothing the branch that deployed it", async () => {
    await scratch.sql`update installations set branch = null where id = ${installation}`;
    await record(push(sha(1)));
    expect((await scratch.store.installations.get(installation))?.branch).toBe("main");
  });

  test("leaves out a quiet look that found nothing", async () => {
    const tip = (asked: boolean, quiet: boolean): NewDelivery => ({
      ...push(sha(1), { via: "baton", name: "poll", deliveryId: null, content: null, quiet }),
      event: { type: "tip", branch: "main", commit: sha(1), asked },
    });
    expect((await record(tip(false, true)))[0]?.outcome).toBe("deployed");
    expect((await record(tip(false, true)))[0]).toMatchObject({ id: null, outcome: "duplicate" });
    expect((await record(tip(true, false)))[0]).toMatchObject({ id: expect.any(Number), outcome: "duplicate" });
    expect(await scratch.store.deliveries.list(product.id, { limit: 10 })).toHaveLength(2);
  });

  test("keeps what was refused apart, and only the newest of it", async () => {
    const [kept] = await record(push(sha(1)));
    const refused = { via: "github", deliveryId: "x", name: "push", headers: {}, bodyBytes: 5 };
    for (let index = 0; index < 120; index++) {
      await scratch.store.deliveries.refuse(product.id, { ...refused, reason: `no ${index}` }, new Date());
    }
    const all = await scratch.store.deliveries.list(product.id, { limit: 500 });
    expect(all).toHaveLength(101);
    expect(all.at(0)?.verdict).toBe("no 119");
    expect(all.at(-1)?.id).toBe(kept?.id);
  });

  test("is gone with its product, and takes nothing for one that is deleted", async () => {
    await record(push(sha(1)));
    await scratch.store.products.markDeleted(product.id, { keepVolumes: false });
    await expect(record(push(sha(2)))).rejects.toThrow(/is gone/);
    await scratch.store.products.purge(product.id);
    const [left] =
      await scratch.sql`select count(*)::int as count from webhook_deliveries where product_id = ${product.id}`;
    expect(left?.count).toBe(0);
  });
});

test("a thousand deliveries in a burst, half of them duplicates, make five hundred deployments and few transactions", async () => {
  let writes = 0;
  const add = createBatches<number, NewDelivery, Awaited<ReturnType<typeof record>>[number]>((_, deliveries) => {
    writes++;
    return record(...deliveries);
  }, 200);
  const deliveries = Array.from({ length: 500 }, (_, index) => push(sha(index + 1)));
  const burst = [...deliveries, ...deliveries].sort((a, b) => ((a.deliveryId ?? "") < (b.deliveryId ?? "") ? -1 : 1));
  const recorded = await Promise.all(burst.map((delivery) => add(product.id, delivery)));
  expect(recorded.filter(({ outcome }) => outcome === "deployed")).toHaveLength(500);
  expect(recorded.filter(({ outcome }) => outcome === "duplicate")).toHaveLength(500);
  expect(writes).toBeLessThan(20);
  const all = await deployments();
  expect(all).toHaveLength(500);
  expect(all.filter(({ status }) => status === "queued")).toHaveLength(1);
  expect(new Set(all.map(({ number }) => number)).size).toBe(500);
});

describe("secrets of a source", () => {
  test("come back, and are in no row", async () => {
    const { sources } = scratch.store;
    await sources.setWebhookSecret(product.id, "canary-secret");
    await sources.setDeployKey(product.id, { publicKey: "ssh-ed25519 AAAA", privateKey: "canary-key" });
    await sources.change(product.id, { token: "canary-token", rootDirectory: "apps", paths: ["a/**"], pollMinutes: 5 });
    expect(await sources.webhookSecret(product.id)).toBe("canary-secret");
    expect(await sources.credentials(product.id)).toEqual({
      token: "canary-token",
      privateKey: "canary-key",
      hostKey: null,
    });
    expect(await sources.get(product.id)).toMatchObject({
      ...{ rootDirectory: "apps", paths: ["a/**"], pollMinutes: 5, hasToken: true, deployKey: "ssh-ed25519 AAAA" },
      ...{ hasWebhookSecret: true, reports: { status: true, deployment: true, comment: true } },
    });
    const rows = await scratch.sql`select sources::text as text, encode(token, 'escape') as token from sources`;
    expect(JSON.stringify(rows)).not.toContain("canary");
  });

  test("of one product do not open in another's row", async () => {
    const other = await scratch.store.products.create({ slug: `other-${count}` as Slug, repository, branch: null });
    if (!other) throw new Error("the product was not made");
    await scratch.store.sources.change(product.id, { token: "one" });
    await scratch.store.sources.change(other.product.id, { token: "two" });
    await scratch.sql`update sources set token = (select token from sources where product_id = ${product.id}) where product_id = ${other.product.id}`;
    await expect(scratch.store.sources.credentials(other.product.id)).rejects.toThrow(/damaged or belongs elsewhere/);
  });

  test("a host's key is the first one that was seen", async () => {
    await scratch.store.sources.rememberHostKey(product.id, "SHA256:one");
    await scratch.store.sources.rememberHostKey(product.id, "SHA256:two");
    expect((await scratch.store.sources.get(product.id)).hostKey).toBe("SHA256:one");
  });
});

test("a repository is looked at when its time has come, once", async () => {
  const { sources } = scratch.store;
  await sources.change(product.id, { pollMinutes: 5 });
  const start = new Date("2030-01-01T00:00:00Z");
  const later = (minutes: number) => new Date(start.getTime() + minutes * 60_000);
  const due = async (at: Date) => (await sources.takeDuePolls(at)).includes(product.id);
  expect(await due(start)).toBe(true);
  expect(await due(later(4))).toBe(false);
  expect(await due(later(5))).toBe(true);
  await scratch.store.products.update(product.id, { repository: null });
  expect(await due(later(60))).toBe(false);
});

describe("what a forge has to be told", () => {
  const { due, told, failed } = {
    due: async (at = new Date()) =>
      (await scratch.store.reports.due(at, 100)).filter((one) => one.product === product.id),
    told: (...given: Parameters<ScratchDatabase["store"]["reports"]["told"]>) => scratch.store.reports.told(...given),
    failed: (...given: Parameters<ScratchDatabase["store"]["reports"]["failed"]>) =>
      scratch.store.reports.failed(...given),
  };

  async function fetched(): Promise<Building> {
    const [one] = await record(push(sha(1)));
    const building = await claim(one?.deployments[0] as DeploymentId);
    await scratch.store.deployments.recordCommit(building, { sha: sha(1), message: "Work", author: "Ada" });
    return building;
  }

  test("is how a deployment stands, until it was told, and again when that has changed", async () => {
    const building = await fetched();
    expect(await due()).toEqual([]);
    await scratch.store.sources.change(product.id, { token: "t" });
    expect(await due()).toEqual([
      { product: product.id, deployment: building.id, commit: sha(1), state: "pending", receipt: null, tries: 0 },
    ]);
    await told(building.id, "pending", { deployment: 7 });
    expect(await due()).toEqual([]);
    const stopped = advance(building, { type: "stop", at: new Date(), reason: "cancelled" });
    if (!stopped) throw new Error("it cannot be stopped");
    await scratch.store.deployments.move(building, stopped);
    expect(await due()).toMatchObject([{ state: "cancelled", receipt: { deployment: 7 } }]);
  });

  test("waits after trouble, is given up in the end, and not before its state has changed", async () => {
    const building = await fetched();
    await scratch.store.sources.change(product.id, { token: "t" });
    const soon = new Date(Date.now() + 60_000);
    await failed(building.id, { state: "pending", message: "no", nextTryAt: soon, receipt: { deployment: 3 } });
    expect(await due()).toEqual([]);
    expect(await due(soon)).toMatchObject([{ tries: 1, receipt: { deployment: 3 } }]);
    expect(await scratch.store.reports.trouble(product.id)).toEqual({
      deployment: building.id,
      message: "no",
      givenUp: false,
    });
    await failed(building.id, { state: "pending", message: "no", nextTryAt: null, receipt: null });
    expect(await due(new Date(Date.now() + 86_400_000))).toEqual([]);
    const stopped = advance(building, { type: "stop", at: new Date(), reason: "cancelled" });
    if (!stopped) throw new Error("it cannot be stopped");
    await scratch.store.deployments.move(building, stopped);
    expect(await due()).toMatchObject([{ state: "cancelled", tries: 0 }]);
    await told(building.id, "cancelled", { deployment: 3 });
    expect(await scratch.store.reports.trouble(product.id)).toBeNull();
  });
});
