import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createGitHub } from "../../server/forge/github/github.ts";
import type { CommitSha } from "../../server/model/names/ids.ts";
import { type DeploymentReport, ForgeUnavailable } from "../../server/ports/forge.ts";
import { type GitHubServer, serveGitHub } from "./github-server.ts";

const commit = "b".repeat(40) as CommitSha;
let server: GitHubServer;
beforeEach(async () => {
  server = await serveGitHub("acme/shop");
});
afterEach(() => server[Symbol.asyncDispose]());

const report = (changes: Partial<DeploymentReport> = {}): DeploymentReport => ({
  repository: "https://github.com/acme/shop.git",
  commit,
  branch: "topic",
  product: "shop",
  environment: "production",
  isProduction: true,
  number: 4,
  state: "pending",
  text: "Building",
  page: "https://baton.example.com/deployments/9",
  url: null,
  wanted: { status: true, deployment: true, comment: true },
  receipt: null,
  ...changes,
});
const send = (changes: Partial<DeploymentReport> = {}, signal = new AbortController().signal) =>
  createGitHub({ apiUrl: server.url }).report(report(changes), "ghp_token", signal);
const failure = async (attempt: Promise<unknown>): Promise<ForgeUnavailable> => {
  const error = await attempt.then(
    () => new Error("it was told"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ForgeUnavailable)) throw error;
  return error;
};

describe("reports to GitHub", () => {
  test("beside the commit, among its deployments, and on the pull request, each kept up to date", async () => {
    server.pulls.set("acme:topic", 12);
    const receipt = await send();
    const url = "https://shop.example.com";
    await send({ receipt, state: "success", text: "Live", url });

    expect(server.statuses).toMatchObject([
      { sha: commit, state: "pending", description: "Building", context: "baton/shop/production" },
      { sha: commit, state: "success", target_url: "https://baton.example.com/deployments/9" },
    ]);
    expect([...server.deployments.values()]).toMatchObject([
      {
        ref: commit,
        environment: "shop/production",
        states: [{ state: "in_progress" }, { state: "success", environment_url: url, auto_inactive: true }],
      },
    ]);
    const comments = [...(server.comments.get(12)?.values() ?? [])];
    expect(comments).toHaveLength(1);
    expect(comments[0]).toMatch(/success\n\n`Live`\n\nhttps:\/\/shop\.example\.com$/);
    expect(new Set(server.calls.map(({ authorization }) => authorization))).toEqual(new Set(["Bearer ghp_token"]));
  });

  test("only what is wanted", async () => {
    await send({ wanted: { status: false, deployment: false, comment: false } });
    expect(server.calls).toEqual([]);
    await send({ wanted: { status: true, deployment: false, comment: false } });
    expect(server.calls.map(({ path }) => path)).toEqual([`/repos/acme/shop/statuses/${commit}`]);
  });

  test("of a failure in a sentence that fits, with nothing in it taken for markup", async () => {
    server.pulls.set("acme:topic", 12);
    await send({ state: "failure", text: `Failed (build): \`<img src=x>\` @everyone ${"x".repeat(300)}` });
    expect(String(server.calls[0]?.body.description)).toHaveLength(140);
    const [comment = ""] = [...(server.comments.get(12)?.values() ?? [])];
    expect(comment).toMatch(
      /^<!-- baton: baton\/shop\/production -->\n❌ .*\n\n`Failed \(build\): +<img src=x> +@everyone x+`$/s,
    );
  });

  test("that an app was stopped, which says nothing about its commit", async () => {
    const receipt = await send({ state: "success" });
    await send({ receipt, state: "inactive" });
    expect(server.statuses.map(({ state }) => state)).toEqual(["success"]);
    expect([...server.deployments.values()][0]?.states).toMatchObject([{ state: "success" }, { state: "inactive" }]);
  });
});

describe("trouble", () => {
  test("in one place keeps nothing from the others, and is not repeated there", async () => {
    server.failures.push({ status: 502 });
    const error = await failure(send());
    expect(error.message).toBe(`GitHub answered POST /repos/acme/shop/statuses/${commit} with 502 (Server trouble)`);
    expect(server.deployments.size).toBe(1);
    const receipt = await send({ receipt: error.receipt });
    expect(receipt).toEqual(error.receipt);
    expect(server.deployments.size).toBe(1);
  });

  test("says how long GitHub wants to be left alone", async () => {
    const wanted = { status: true, deployment: false, comment: false };
    server.failures.push({ status: 429, headers: { "retry-after": "90" } });
    expect((await failure(send({ wanted }))).retryAfterMs).toBe(90_000);
    const reset = Math.floor(Date.now() / 1000) + 600;
    server.failures.push({
      status: 403,
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(reset) },
    });
    const { retryAfterMs } = await failure(send({ wanted }));
    expect(retryAfterMs).toBeGreaterThan(590_000);
    expect(retryAfterMs).toBeLessThanOrEqual(600_000);
  });

  test.each([
    [401, /the token is invalid or has expired/],
    [403, /the token lacks the permission for it/],
    [404, /the repository does not exist, or the token has no access to it/],
  ])("%i is said in words, without the token", async (status, words) => {
    server.failures.push({ status });
    const error = await failure(send({ wanted: { status: true, deployment: false, comment: false } }));
    expect(error.message).toMatch(words);
    expect(error.message).not.toContain("ghp_token");
  });

  test("a redirect is not followed with the token", async () => {
    await using elsewhere = await serveGitHub("acme/shop");
    server.failures.push({ status: 302, headers: { location: `${elsewhere.url}/repos/acme/shop/statuses/${commit}` } });
    await failure(send({ wanted: { status: true, deployment: false, comment: false } }));
    expect(elsewhere.calls).toEqual([]);
  });

  test("an address where nobody answers is trouble, too", async () => {
    const wanted = { status: true, deployment: false, comment: false };
    const away = createGitHub({ apiUrl: "http://127.0.0.1:1" });
    const error = await failure(away.report(report({ wanted }), "t", new AbortController().signal));
    expect(error.message).toMatch(/^GitHub did not respond to POST/);
  });
});
