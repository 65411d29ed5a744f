import { randomBytes, randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serveGitHub } from "../../forge/github-server.ts";
import { type ForgeServer, serveForge } from "../../git/servers/forge-server.ts";
import type { ServiceApp } from "../support/apps/apps.ts";
import { useWorkshop } from "../support/apps/workshop.ts";
import type { DeploymentJson } from "../support/baton/api-client.ts";
import { useBaton } from "../support/baton/harness.ts";
import { createHook, type Hook } from "../support/forge-hook.ts";

/** A webhook is promised an answer within the first limit. The second allows for a busy machine. */
const promisedMs = 1_000;
const generousMs = 10_000;
const atOnce = 50;

const gitHub = await serveGitHub("acme/shop");
const baton = useBaton({ BATON_ALLOW_PRIVATE_REPOSITORIES: "1", BATON_GITHUB_API: gitHub.url });
const workshop = useWorkshop();
let forge: ForgeServer;
let shop: ServiceApp;
let remote: string;
let url: string;
let hook: Hook;

beforeAll(async () => {
  forge = await serveForge();
  const bare = await forge.repository("acme/shop");
  remote = bare.folder;
  url = bare.url;
  shop = await workshop.serviceApp("shop");
  hook = await connect("shop", url);
});
afterAll(async () => {
  await gitHub[Symbol.asyncDispose]();
  await forge[Symbol.asyncDispose]();
});

async function connect(name: string, repository: string): Promise<Hook> {
  const { status, body } = await baton().api.send<{ webhook: { url: string; secret: string } }>(
    "POST",
    "/api/products",
    {
      ...{ name, repository, branch: "main" },
    },
  );
  expect(status, JSON.stringify(body)).toBe(201);
  return createHook(body.webhook, repository);
}

/** Commits a new version at the forge. */
async function release(version: string, ...options: readonly string[]): Promise<string> {
  const commit = await shop.release(version);
  await shop.repository.git("push", "--quiet", ...options, remote, "HEAD:refs/heads/main");
  return commit;
}

async function deployed(id: number | undefined): Promise<DeploymentJson> {
  if (id === undefined) throw new Error("nothing was deployed");
  return baton().api.settled(id);
}

async function until<T>(what: string, look: () => Promise<T | null> | T | null): Promise<T> {
  for (const end = Date.now() + 60_000; Date.now() < end; await delay(100)) {
    const found = await look();
    if (found !== null) return found;
  }
  throw new Error(`it did not happen: ${what}`);
}

const version = async () => (await baton().ask("shop")).body;
const ledger = async () =>
  (
    await baton().api.get<{ items: { id: number; outcome: string; verdict: string; event: string }[] }>(
      "/api/products/shop/webhook-deliveries",
    )
  ).items;

test("a webhook that was just set up is answered, and known to work", async () => {
  expect(await hook.deliver("", { event: "ping" })).toMatchObject({ status: 200, outcome: "pong" });
  const source = await baton().api.get<{ pingedAt: string | null }>("/api/products/shop/source");
  expect(source.pingedAt).not.toBeNull();
});

describe("a push at the forge", () => {
  test("is live soon after, exactly the commit that the branch had, and the forge hears of it", async () => {
    await baton().api.send("PATCH", "/api/products/shop/source", { token: "ghp_test" });
    gitHub.pulls.set("acme:main", 12);
    const commit = await release("v1");
    const answer = await hook.deliver(commit);
    expect(answer).toMatchObject({ status: 202, outcome: "deployed" });
    expect(await deployed(answer.deploymentId)).toMatchObject({
      status: "ready",
      trigger: "webhook",
      commit: { sha: commit },
    });
    expect(await version()).toContain("v1");

    await until(
      "GitHub was told",
      () => gitHub.statuses.find((one) => one.sha === commit && one.state === "success") ?? null,
    );
    expect(gitHub.statuses.map(({ state }) => state)).toContain("pending");
    const [deployment] = await until("a deployment there", () => {
      const all = [...gitHub.deployments.values()];
      return all.some(({ states }) => states.at(-1)?.state === "success") ? all : null;
    });
    expect(deployment?.states.at(-1)).toMatchObject({ environment_url: `http://shop.localhost:${baton().httpPort}` });
    expect([...(gitHub.comments.get(12)?.values() ?? [])]).toHaveLength(1);
  });

  test("delivered twenty times at once makes one deployment", async () => {
    const commit = await release("v2");
    const deliveryId = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => hook.deliver(commit, { deliveryId })));
    expect(answers.filter(({ outcome }) => outcome === "deployed")).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.deploymentId)).size).toBe(1);
    expect((await deployed(answers[0]?.deploymentId)).status).toBe("ready");
    expect(await hook.deliver(commit)).toMatchObject({ outcome: "duplicate" });
  });

  test("delivered out of order ends where the branch is", async () => {
    const older = await release("v3");
    const newer = await release("v4");
    const first = await hook.deliver(newer);
    const second = await hook.deliver(older);
    const ends = await Promise.all([first, second].map((one) => deployed(one.deploymentId)));
    expect(ends.at(-1)).toMatchObject({ status: "ready", commit: { sha: newer } });
    expect(await version()).toContain("v4");
  });

  test("forced back to an older commit deploys that, and the newer one can still be gone back to", async () => {
    const back = await release("v10");
    const newest = await deployed((await hook.deliver(await release("v11"))).deploymentId);
    await shop.repository.git("push", "--quiet", "--force", remote, "HEAD~1:refs/heads/main");
    const answer = await hook.deliver(back, { payload: { forced: true } });
    expect(await deployed(answer.deploymentId)).toMatchObject({ status: "ready", commit: { sha: back } });
    expect(await version()).toContain("v10");
    const again = await baton().api.send<{ id: number }>("POST", `/api/deployments/${newest.id}/redeploy`, {});
    expect((await deployed(again.body.id)).status).toBe("ready");
    expect(await version()).toContain("v11");
  });

  test("of a deletion leaves live what is live", async () => {
    const before = await version();
    const gone = { after: "0".repeat(40), deleted: true, head_commit: null, commits: [] };
    expect(await hook.deliver("", { payload: gone })).toMatchObject({
      status: 200,
      outcome: "ignored",
      verdict: "the branch main was deleted: the live version stays live",
    });
    expect(await version()).toBe(before);
  });

  test("with a lying payload deploys nothing but what the branch has", async () => {
    const tip = await release("v5", "--force");
    const answer = await hook.deliver("e".repeat(40));
    expect(await deployed(answer.deploymentId)).toMatchObject({ status: "ready", commit: { sha: tip } });
  });
});

test("a repository that wants to know who asks says so, and is fetched once there is a token", async () => {
  const before = await version();
  const commit = await release("v6", "--force");
  forge.token = "ghp_right";
  const refused = await hook.deliver(commit);
  const failed = await deployed(refused.deploymentId);
  expect(failed).toMatchObject({ status: "failed", failure: { stage: "fetch" } });
  expect(failed.failure?.message).toMatch(/^the host requires authentication/);
  expect(failed.failure?.hint).toMatch(/set a token here/);
  expect(await version()).toBe(before);

  await baton().api.send("PATCH", "/api/products/shop/source", { token: "ghp_right" });
  const [entry] = await ledger();
  const again = await baton().api.send<{ outcome: string; deploymentIds: number[] }>(
    "POST",
    `/api/products/shop/webhook-deliveries/${entry?.id}/redeliver`,
  );
  expect(again.body.outcome).toBe("deployed");
  expect(await deployed(again.body.deploymentIds[0])).toMatchObject({ status: "ready", commit: { sha: commit } });
  const log = await readFile(`${baton().environment.BATON_DATA}/baton.log`, "utf8");
  expect(log).not.toMatch(/ghp_right|eC1hY2Nlc3M/);
});

test("what was pushed while Baton was away is found by a look, once", async () => {
  await baton().stop();
  const commit = await release("v7");
  await expect(hook.deliver(commit)).rejects.toThrow("fetch failed");
  await baton().restart();
  const check = () =>
    baton().api.send<{ items: { outcome: string; deploymentIds: number[] }[] }>("POST", "/api/products/shop/check");
  const [found] = (await check()).body.items;
  expect(found?.outcome).toBe("deployed");
  expect(await deployed(found?.deploymentIds[0])).toMatchObject({ status: "ready", commit: { sha: commit } });
  expect((await check()).body.items).toMatchObject([{ outcome: "duplicate" }]);
});

test("one of several products in a repository is its folder, and hears of its own files alone", async () => {
  const site = await connect("site", url);
  await baton().api.send("PATCH", "/api/products/site/source", {
    ...{ rootDirectory: "apps/site", paths: ["apps/site/**"], token: "ghp_right" },
  });
  await shop.repository.write({ "apps/site/index.html": "<h1>The site</h1>" });
  const commit = await release("v9");
  expect(await site.deliver(commit)).toMatchObject({
    outcome: "ignored",
    verdict: "no changed file matches apps/site/**",
  });
  const commits = [{ message: "Work", added: ["apps/site/index.html"], removed: [], modified: [] }];
  const answer = await site.deliver(commit, { payload: { commits } });
  expect((await deployed(answer.deploymentId)).status).toBe("ready");
  expect((await baton().ask("site", "/")).body).toContain("The site");
});

test("a thousand deliveries in a burst, half of them duplicates, are answered at once", async () => {
  // The first deployment waits in its fetch as long as the burst lasts, as it would in a build.
  await using slow = await serveForge();
  const held: ServerResponse[] = [];
  slow.answer = (_request, response) => void held.push(response);
  const burst = await connect("burst", (await slow.repository("acme/burst")).url);
  const memory = async () => {
    const status = await readFile(`/proc/${baton().process().pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  };
  await burst.deliver("", { event: "ping" });
  const before = await memory();
  const pushes = Array.from({ length: 500 }, () => ({
    commit: randomBytes(20).toString("hex"),
    deliveryId: randomUUID(),
  }));
  const waiting = [...pushes, ...pushes].sort((a, b) => (a.commit < b.commit ? -1 : 1));
  const answers: Awaited<ReturnType<Hook["deliver"]>>[] = [];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        answers.push(await burst.deliver(next.commit, { deliveryId: next.deliveryId }));
      }
    }),
  );
  const times = answers.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  const grown = (await memory()) - before;
  const late = times.filter((ms) => ms > promisedMs).length;
  process.stdout.write(
    `1,000 deliveries, ${atOnce} at a time: median ${Math.round(times[500] ?? 0)} ms, ` +
      `slowest ${Math.round(times.at(-1) ?? 0)} ms, ${late} later than ${promisedMs} ms; memory +${Math.round(grown)} MiB\n`,
  );
  expect(answers.filter(({ outcome }) => outcome === "deployed")).toHaveLength(500);
  expect(answers.filter(({ outcome }) => outcome === "duplicate")).toHaveLength(500);
  expect(new Set(answers.map(({ deploymentId }) => deploymentId)).size).toBe(500);
  expect(times.at(-1)).toBeLessThan(generousMs);
  expect(grown).toBeLessThan(200);
  slow.answer = (_request, response) => response.writeHead(404).end();
  for (const response of held) response.writeHead(404).end();
  const newest = await baton().api.newest("burst");
  expect(newest.number).toBe(500);
  expect((await baton().api.settled(newest.id)).failure?.stage).toBe("fetch");
});
