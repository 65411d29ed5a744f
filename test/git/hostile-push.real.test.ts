import { randomBytes } from "node:crypto";
import { watch } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { flushPkt, pktLine } from "../../server/git/receive/pkt-line.ts";
import { readPush } from "../../server/git/receive/read-push.ts";
import type { CommitSha, DeploymentId } from "../../server/model/names/ids.ts";
import { gitChildren } from "./processes.ts";
import { createPushing, type Pushing } from "./pushing.ts";
import { product } from "./servers/git-server.ts";

const main = "refs/heads/main";
const none = "0".repeat(40);
const signal = new AbortController().signal;

/** The body of a push, built by hand so that a test can make it wrong or late. */
async function pushBody({ client }: Pushing, command: string, commit: string): Promise<Buffer> {
  const pack = await client.pack(commit);
  return Buffer.concat([pktLine(`${command}\0report-status side-band-64k agent=hand`), flushPkt, pack]);
}

test("a push into the deployments' refs is refused, what is beside it stored", async () => {
  await using pushing = await createPushing();
  const commit = await pushing.client.commit("first", {});
  const { exitCode, stderr } = await pushing.client.tryGit(["push", "baton", "main:refs/deployments/9", "main:side"]);
  expect(stderr).toContain("main -> refs/deployments/9 (these refs are reserved for Baton)");
  expect(exitCode).toBe(1);
  expect(await pushing.refs()).toEqual({ "refs/heads/side": commit });
});

test("a push that gives a commit another content is refused", async () => {
  await using pushing = await createPushing();
  const good = await pushing.client.commit("good", { "app.txt": "good" });
  const evil = await pushing.client.commit("evil", { "app.txt": "evil" });
  const { exitCode, stderr } = await pushing.client.tryGit(["push", "baton", `${evil}:refs/replace/${good}`]);
  expect(stderr).toContain("replacement objects are not accepted");
  expect(exitCode).toBe(1);
  expect(await pushing.refs()).toEqual({});
});

test("a commit's content is its own where a replacing ref is there from before", async () => {
  await using pushing = await createPushing();
  const { client, git, repository } = pushing;
  const good = (await client.commit("good", { "app.txt": "good" })) as CommitSha;
  const evil = await client.commit("evil", { "app.txt": "evil" });
  await client.git("push", "baton", `${evil}:refs/heads/evil`, `${good}:refs/heads/main`);
  await client.git("--git-dir", repository, "update-ref", `refs/replace/${good}`, evil);
  expect(await client.git("--git-dir", repository, "show", `${good}:app.txt`)).toContain("evil");

  const limits = { maxEntries: 10, maxFileBytes: 1_000, maxTotalBytes: 1_000 };
  const [entry] = await git.listTree(product, good, limits, signal);
  expect(entry?.object).toBe((await client.git("--no-replace-objects", "rev-parse", `${good}:app.txt`)).trim());
  expect((await git.readFile(product, good, "app.txt", 100, signal))?.toString()).toBe("good");
  expect((await git.resolve(product, good, signal))?.message).toBe("good");
});

test("a kept commit cannot be taken away by a push", async () => {
  await using pushing = await createPushing();
  const commit = await pushing.client.commit("first", {});
  pushing.deployWith({ redirect: new Map([[main, [1]]]) });
  await pushing.client.git("push", "baton", "main");
  const { exitCode } = await pushing.client.tryGit(["push", "baton", ":refs/deployments/1"]);
  expect(exitCode).toBe(1);
  expect(await pushing.refs()).toEqual({ "refs/deployments/1": commit });
});

test("a client that saw an older tip of the deployed branch has to fetch first", async () => {
  await using pushing = await createPushing();
  await pushing.client.commit("first", {});
  await pushing.client.git("push", "baton", "main");
  const second = await pushing.client.commit("second", {});
  const push = await readPush(
    Readable.from([await pushBody(pushing, `${none} ${second} ${main}`, second)], { objectMode: false }),
  );
  if (push === null) throw new Error("a push was expected");
  const result = await pushing.git.receive(product, push, new Map([[main, [1 as DeploymentId]]]), () => {}, signal);
  expect(result).toEqual({ unpackError: null, refs: new Map([[main, "fetch first"]]) });
  expect(Object.keys(await pushing.refs())).toEqual([main]);
});

test("a branch that moves while its commit arrives has to be fetched first, and nothing is kept", async () => {
  await using pushing = await createPushing();
  const first = await pushing.client.commit("first", {});
  await pushing.client.git("push", "baton", "main");
  const second = await pushing.client.commit("second", {});
  const body = await pushBody(pushing, `${first} ${second} ${main}`, second);
  const arriving = new Readable({ read() {} });
  arriving.push(body.subarray(0, -1));
  const push = await readPush(arriving);
  if (push === null) throw new Error("a push was expected");

  const quarantine = quarantineMade(pushing);
  const receiving = pushing.git.receive(product, push, new Map([[main, [1 as DeploymentId]]]), () => {}, signal);
  await quarantine;
  const moved = await pushing.client.git(
    "--git-dir",
    pushing.repository,
    "commit-tree",
    "-m",
    "meanwhile",
    `${first}^{tree}`,
  );
  await pushing.git.moveBranch(product, "main", moved as CommitSha);
  arriving.push(body.subarray(-1));
  arriving.push(null);

  expect((await receiving).refs.get(main)).toBe("fetch first");
  expect(await pushing.refs()).toEqual({ [main]: moved });
});

test("a deployed branch takes nothing but a commit", async () => {
  await using pushing = await createPushing();
  await pushing.client.commit("first", { "app.js": "1" });
  const tree = await pushing.client.git("rev-parse", "HEAD^{tree}");
  const push = await readPush(
    Readable.from([await pushBody(pushing, `${none} ${tree} ${main}`, "HEAD")], { objectMode: false }),
  );
  if (push === null) throw new Error("a push was expected");
  const result = await pushing.git.receive(product, push, new Map([[main, [1 as DeploymentId]]]), () => {}, signal);
  expect(result.refs.get(main)).toMatch(/non-commit object/);
  expect(await pushing.refs()).toEqual({});
});

test("a deployed branch that cannot stand beside another is refused before it is deployed", async () => {
  await using pushing = await createPushing();
  await pushing.client.commit("first", {});
  await pushing.client.git("push", "baton", "main");
  pushing.deployWith({ redirect: new Map([["refs/heads/main/next", [1]]]) });
  const { exitCode, stderr } = await pushing.client.tryGit(["push", "baton", "main:main/next"]);
  expect(stderr).toMatch(/remote rejected.*a branch "main" exists/);
  expect(exitCode).toBe(1);
  expect(Object.keys(await pushing.refs())).toEqual([main]);
});

test("a push above the size limit is refused with the limit, and the client reads it", async () => {
  await using pushing = await createPushing({ maxPushBytes: 100_000 });
  await pushing.client.commit("large", { "large.bin": randomBytes(4 * 1024 * 1024) });
  pushing.deployWith({ redirect: new Map([[main, [1]]]) });
  const { exitCode, stderr } = await pushing.client.tryGit(["push", "baton", "main"]);
  expect(stderr).toMatch(/remote: fatal: pack exceeds maximum allowed size/);
  expect(exitCode).toBe(1);
  expect(await pushing.refs()).toEqual({});
  expect(await pushing.quarantines()).toEqual([]);
});

test("a tree that leads outside its folder is refused", async () => {
  await using pushing = await createPushing();
  const { stdout: blob } = await pushing.client.tryGit(["hash-object", "-w", "--stdin"], { input: "x" });
  const { stdout: tree } = await pushing.client.tryGit(["mktree"], { input: `100644 blob ${blob.trim()}\t..\n` });
  const commit = await pushing.client.git("commit-tree", "-m", "out", tree.trim());
  const { exitCode, stderr } = await pushing.client.tryGit(["push", "baton", `${commit}:${main}`]);
  expect(stderr).toMatch(/hasDotdot/);
  expect(exitCode).toBe(1);
  expect(await pushing.refs()).toEqual({});
});

test("a push that breaks off half-way leaves nothing", async () => {
  await using pushing = await createPushing();
  const commit = await pushing.client.commit("large", { "large.bin": randomBytes(1024 * 1024) });
  pushing.deployWith({ redirect: new Map([[main, [1]]]) });
  const body = await pushBody(pushing, `${none} ${commit} ${main}`, commit);
  const sending = request(`${pushing.server.url}/git-receive-pack`, { method: "POST" });
  sending.on("error", () => {});
  const quarantine = quarantineMade(pushing);
  sending.write(body.subarray(0, body.length / 2));
  await quarantine;
  sending.destroy();

  expect(await pushing.server.failure).toBeInstanceOf(Error);
  expect(await pushing.refs()).toEqual({});
  expect(await pushing.quarantines()).toEqual([]);
  expect(await gitChildren()).toEqual([]);
});

test("an aborted receive ends git and leaves nothing", async () => {
  await using pushing = await createPushing();
  const commit = await pushing.client.commit("large", { "large.bin": randomBytes(1024 * 1024) });
  const body = await pushBody(pushing, `${none} ${commit} ${main}`, commit);
  const stuck = new Readable({ read() {} });
  stuck.push(body.subarray(0, body.length / 2));
  const push = await readPush(stuck);
  if (push === null) throw new Error("a push was expected");
  const stop = new AbortController();

  const quarantine = quarantineMade(pushing);
  const receiving = pushing.git.receive(product, push, new Map([[main, [1 as DeploymentId]]]), () => {}, stop.signal);
  await quarantine;
  stop.abort(new Error("shutting down"));

  await expect(receiving).rejects.toThrow("shutting down");
  expect(await pushing.refs()).toEqual({});
  expect(await pushing.quarantines()).toEqual([]);
  expect(await gitChildren()).toEqual([]);
});

/** Resolves when git has begun to receive a pack. */
function quarantineMade({ repository }: Pushing): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(join(repository, "objects"), (_, name) => {
      if (!name?.includes("incoming")) return;
      watcher.close();
      resolve();
    });
  });
}
