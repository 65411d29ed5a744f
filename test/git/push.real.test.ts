import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { CommitSha } from "../../server/model/names/ids.ts";
import { createGitClient } from "./git-client.ts";
import { createLatch } from "./latch.ts";
import { createPushing } from "./pushing.ts";
import { product } from "./servers/git-server.ts";

const main = "refs/heads/main";

function deploysMain(...deployments: number[]) {
  return { redirect: new Map([[main, deployments]]) };
}

test("a push of the deployed branch keeps the commit for its deployment and leaves the branch to it", async () => {
  await using pushing = await createPushing();
  const commit = await pushing.client.commit("first", { "app.js": "1" });
  pushing.deployWith({
    ...deploysMain(1),
    deploy: async () => {
      expect(await pushing.refs()).toEqual({ "refs/deployments/1": commit });
      await pushing.git.moveBranch(product, "main", commit as CommitSha);
      return null;
    },
  });

  const { exitCode, stderr } = await pushing.client.tryGit(["push", "baton", "main"]);

  expect(stderr).toMatch(/\[new branch\]\s+main -> main/);
  expect(exitCode).toBe(0);
  expect(await pushing.refs()).toEqual({ "refs/deployments/1": commit, [main]: commit });
  expect(await pushing.client.git("rev-parse", "baton/main")).toBe(commit);
});

test("the client sees each line while the deployment goes on", async () => {
  await using pushing = await createPushing();
  await pushing.client.commit("first", { "app.js": "1" });
  const seen = createLatch();
  pushing.deployWith({
    ...deploysMain(1),
    deploy: async (answer) => {
      answer.progress("Building … 建築 \u001b[32m✓\u001b[0m\n");
      answer.keepAlive();
      // Without streaming, the client would never print the line and this would wait for ever.
      await seen.opened;
      return null;
    },
  });

  const { exitCode } = await pushing.client.tryGit(["push", "baton", "main"], {
    onOutput: (soFar) => {
      if (soFar.includes("remote: Building … 建築 \u001b[32m✓\u001b[0m")) seen.open();
    },
  });

  expect(exitCode).toBe(0);
});

test("more progress than fits into one packet arrives whole", async () => {
  await using pushing = await createPushing();
  await pushing.client.commit("first", {});
  const line = "ä".repeat(50_000);
  pushing.deployWith({
    ...deploysMain(1),
    deploy: async (answer) => {
      answer.progress(`${line}\nthe end\n`);
      return null;
    },
  });
  const { stderr } = await pushing.client.tryGit(["push", "baton", "main"]);
  expect(stderr).toContain(`remote: ${line}`);
  expect(stderr).toContain("remote: the end");
});

test("a deployment that fails rejects its branch, which can then be pushed again", async () => {
  await using pushing = await createPushing();
  const first = await pushing.client.commit("first", { "app.js": "1" });
  await pushing.client.git("push", "baton", "main");
  const second = await pushing.client.commit("second", { "app.js": "2" });

  pushing.deployWith({ ...deploysMain(1), deploy: async () => "build: npm ci failed" });
  const failed = await pushing.client.tryGit(["push", "baton", "main"]);
  expect(failed.stderr).toMatch(/! \[remote rejected\] main -> main \(build: npm ci failed\)/);
  expect(failed.exitCode).toBe(1);
  expect(await pushing.refs()).toEqual({ [main]: first, "refs/deployments/1": second });

  pushing.deployWith(deploysMain(2));
  const again = await pushing.client.tryGit(["push", "baton", "main"]);
  expect(again.exitCode).toBe(0);
  expect(await pushing.refs()).toEqual({ [main]: first, "refs/deployments/1": second, "refs/deployments/2": second });
});

test("a branch of several installations is kept once for each of their deployments", async () => {
  await using pushing = await createPushing();
  const commit = await pushing.client.commit("first", {});
  pushing.deployWith(deploysMain(4, 5));
  await pushing.client.git("push", "baton", "main");
  expect(await pushing.refs()).toEqual({ "refs/deployments/4": commit, "refs/deployments/5": commit });
});

test("tags and branches of any name beside the deployed one are stored, even when that one is rejected", async () => {
  await using pushing = await createPushing();
  const commit = await pushing.client.commit("first", {});
  const odd = "side;$(touch$IFS)`'\"<b>{env.X}";
  await pushing.client.git("branch", odd);
  await pushing.client.git("tag", "v1");
  pushing.deployWith({ ...deploysMain(1), deploy: async () => "health: nothing listens" });

  const { exitCode, stderr } = await pushing.client.tryGit(["push", "baton", "main", odd, "v1"]);

  expect(exitCode).toBe(1);
  expect(stderr).toContain("main -> main (health: nothing listens)");
  expect(await pushing.refs()).toEqual({
    "refs/deployments/1": commit,
    [`refs/heads/${odd}`]: commit,
    "refs/tags/v1": commit,
  });
});

test("push options arrive", async () => {
  await using pushing = await createPushing();
  await pushing.client.commit("first", {});
  await pushing.client.git("push", "-o", "detach", "-o", "note=für später", "baton", "main");
  expect(pushing.server.pushes.map(({ options }) => options)).toEqual([["detach", "note=für später"]]);
});

test("a forced push of the deployed branch is an ordinary one", async () => {
  await using pushing = await createPushing();
  const first = await pushing.client.commit("first", {});
  await pushing.client.git("push", "baton", "main");
  await pushing.client.git("commit", "--quiet", "--allow-empty", "--amend", "--message", "another first");
  const second = await pushing.client.git("rev-parse", "HEAD");
  pushing.deployWith(deploysMain(1));

  expect((await pushing.client.tryGit(["push", "baton", "main"])).exitCode).toBe(1);
  expect((await pushing.client.tryGit(["push", "--force", "baton", "main"])).exitCode).toBe(0);
  expect(await pushing.refs()).toEqual({ [main]: first, "refs/deployments/1": second });
});

test("deleting the deployed branch is accepted and ignored; another branch goes", async () => {
  await using pushing = await createPushing();
  const commit = await pushing.client.commit("first", {});
  await pushing.client.git("push", "baton", "main", "main:side");
  pushing.deployWith(deploysMain());

  const { exitCode } = await pushing.client.tryGit(["push", "baton", ":main", ":side"]);

  expect(exitCode).toBe(0);
  expect(await pushing.refs()).toEqual({ [main]: commit });
});

test("a push of more than a megabyte, which git tries out with a probe and sends in chunks", async () => {
  await using pushing = await createPushing();
  const commit = await pushing.client.commit("large", { "large.bin": randomBytes(8 * 1024 * 1024) });
  pushing.deployWith(deploysMain(1));
  const { exitCode, stderr } = await pushing.client.tryGit(["push", "--progress", "baton", "main"]);
  expect(stderr).toContain("main -> main");
  expect(exitCode).toBe(0);
  expect(pushing.server.probes).toBe(1);
  expect(await pushing.refs()).toEqual({ "refs/deployments/1": commit });
});

test("many commits arrive as a pack, with git's own progress shown", async () => {
  await using pushing = await createPushing();
  const lines = Array.from({ length: 100 }, (_, index) => `line ${index}\n`).join("");
  const files = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`${index}.txt`, `${lines}${index}\n`]));
  await pushing.client.commit("many", files);
  pushing.deployWith(deploysMain(1));
  const { stderr } = await pushing.client.tryGit(["push", "--progress", "baton", "main"]);
  expect(stderr).toMatch(/remote: Resolving deltas: 100%/);
});

test("of two branches where one is a folder of the other, the second is refused by a sentence", async () => {
  await using pushing = await createPushing();
  await pushing.client.commit("first", {});
  await pushing.client.git("push", "baton", "main:refs/heads/feature");
  const refused = (target: string) => pushing.client.tryGit(["push", "baton", `main:refs/heads/${target}`]);
  const sentence = '(a branch "feature" exists, so there can be none called "feature/x": delete or rename one of them)';
  expect((await refused("feature/x")).stderr).toContain(sentence);
  pushing.deployWith({ redirect: new Map([["refs/heads/feature/x", [1]]]) });
  expect((await refused("feature/x")).stderr).toContain(sentence);
});

test("a push from a clone whose history is cut off where this repository's is not", async () => {
  await using pushing = await createPushing();
  await using whole = await createGitClient();
  await whole.commit("first", {});
  await whole.commit("second", {});
  await pushing.client.git("fetch", "--quiet", "--depth", "1", `file://${whole.folder}`, "main");
  pushing.deployWith(deploysMain(1));
  const { stderr } = await pushing.client.tryGit(["push", "baton", "FETCH_HEAD:refs/heads/main"]);
  expect(stderr).toContain("(shallow update not allowed)");
  expect(await pushing.refs()).toEqual({});
});

test("a push from a shallow clone", async () => {
  await using pushing = await createPushing();
  await pushing.client.commit("first", {});
  await pushing.client.commit("second", {});
  await pushing.client.git("push", "baton", "main");
  await using shallow = await createGitClient();
  await shallow.git("fetch", "--quiet", "--depth", "1", pushing.server.url, "main");
  await shallow.git("reset", "--quiet", "--hard", "FETCH_HEAD");
  const third = await shallow.commit("third", {});
  pushing.deployWith(deploysMain(1));

  const { exitCode, stderr } = await shallow.tryGit(["push", pushing.server.url, "main"]);

  expect(stderr).toContain("main -> main");
  expect(exitCode).toBe(0);
  expect((await pushing.refs())["refs/deployments/1"]).toBe(third);
});

test.each(["0", "2"])("clone and fetch with protocol %s see branches and tags, and no deployments", async (version) => {
  await using pushing = await createPushing();
  const first = await pushing.client.commit("first", { "app.js": "1" });
  await pushing.client.git("tag", "-a", "v1", "-m", "v1");
  pushing.deployWith({
    ...deploysMain(1),
    deploy: async () => {
      await pushing.git.moveBranch(product, "main", first as CommitSha);
      return null;
    },
  });
  await pushing.client.git("push", "baton", "main", "v1");

  const protocol = ["-c", `protocol.version=${version}`];
  await using other = await createGitClient();
  await other.git(...protocol, "clone", "--quiet", pushing.server.url, "copy");
  expect(await other.git("-C", "copy", "rev-parse", "HEAD", "v1^{commit}")).toBe(`${first}\n${first}`);
  expect(await other.git("-C", "copy", "branch", "--show-current")).toBe("main");

  const second = await pushing.client.commit("second", { "app.js": "2" });
  pushing.deployWith({});
  await pushing.client.git("push", "baton", "main");
  await other.git("-C", "copy", ...protocol, "fetch", "--quiet");
  expect(await other.git("-C", "copy", "rev-parse", "origin/main")).toBe(second);

  const visible = await other.git(...protocol, "ls-remote", pushing.server.url);
  expect(visible).toContain("refs/heads/main");
  expect(visible).not.toContain("deployments");
  expect(await pushing.refs()).toHaveProperty(["refs/deployments/1"], first);
});

test("a product that does not exist yet looks empty, to those who push and to those who clone", async () => {
  await using pushing = await createPushing();
  await pushing.git.removeRepository(product);
  await using other = await createGitClient();
  const cloned = await other.tryGit(["clone", pushing.server.url, "copy"]);
  expect(cloned.stderr).toContain("empty repository");
  expect(cloned.exitCode).toBe(0);

  const commit = await pushing.client.commit("first", {});
  pushing.deployWith(deploysMain(1));
  await pushing.client.git("push", "baton", "main");
  expect(await pushing.refs()).toEqual({ "refs/deployments/1": commit });
});
