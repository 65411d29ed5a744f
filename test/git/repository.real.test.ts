import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { createGit } from "../../server/git/git.ts";
import type { CommitSha, DeploymentId, ProductId } from "../../server/model/names/ids.ts";
import { temporaryFolder } from "./git-client.ts";
import { product } from "./servers/git-server.ts";
import { createStored } from "./stored.ts";

const signal = new AbortController().signal;
const nowhere = "1".repeat(40) as CommitSha;
const deployment = 3 as DeploymentId;

test("a repository is made once, by however many at a time, and listed until it is removed", async () => {
  const folder = await temporaryFolder("baton-git-");
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const git = createGit({ folder: join(folder, "repositories") });
  expect(await git.listRepositories()).toEqual([]);
  await Promise.all([1, 1, 1, 12].map((id) => git.ensureRepository(id as ProductId)));
  // Asking creates the empty repository that stands in for missing ones; it belongs to no product.
  expect(await git.branches(5 as ProductId)).toEqual(new Map());
  expect(new Set(await git.listRepositories())).toEqual(new Set([1, 12]));
  expect(await git.repositoryBytes(1 as ProductId)).toBeGreaterThan(0);
  await git.removeRepository(1 as ProductId);
  expect(await git.repositoryBytes(1 as ProductId)).toBe(0);
  await git.removeRepository(1 as ProductId);
  expect(await git.listRepositories()).toEqual([12]);
});

test("the settings that keep a repository safe are in force, and come back when they were changed", async () => {
  await using stored = await createStored();
  const settings = () => stored.client.git("--git-dir", stored.repository, "config", "--local", "--list");
  const wanted = [
    "core.hookspath=/dev/null",
    "http.getanyfile=false",
    "http.receivepack=true",
    "receive.fsckobjects=true",
    "receive.maxinputsize=536870912",
    "receive.advertisepushoptions=true",
    "receive.advertiseatomic=false",
    "transfer.hiderefs=refs/deployments",
    "uploadpack.allowanysha1inwant=false",
    "gc.auto=0",
  ];
  expect((await settings()).split("\n")).toEqual(expect.arrayContaining(wanted));
  await stored.client.git("--git-dir", stored.repository, "config", "receive.fsckObjects", "false");
  await stored.git.ensureRepository(product);
  expect((await settings()).split("\n")).toEqual(expect.arrayContaining(wanted));
});

test("what a killed git left behind is gone before a repository is used again", async () => {
  await using stored = await createStored();
  const quarantine = join(stored.repository, "objects/tmp_objdir-incoming-Ab12");
  await mkdir(quarantine);
  await writeFile(join(stored.repository, "refs/heads/main.lock"), "");
  await writeFile(join(stored.repository, "HEAD.lock"), "");
  const commit = (await stored.client.commit("first", {})) as CommitSha;
  await stored.client.git("push", "--quiet", stored.repository, "main:refs/heads/side");

  const restarted = createGit({ folder: join(stored.repository, "..") });
  await restarted.moveBranch(product, "main", commit);

  expect(await restarted.branches(product)).toEqual(
    new Map([
      ["main", commit],
      ["side", commit],
    ]),
  );
  await expect(readFile(quarantine)).rejects.toThrow("ENOENT");
});

test("git sees a fixed environment, whatever Baton's own is", async () => {
  const folder = await temporaryFolder("baton-git-");
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  vi.stubEnv("GIT_DIR", "/elsewhere");
  vi.stubEnv("GIT_SSH_COMMAND", "touch /tmp/never");
  vi.stubEnv("DATABASE_URL", "postgres://secret");
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  // A stand-in for git that writes its environment to a file, one for each command.
  await writeFile(
    join(folder, "git"),
    `#!${process.execPath}
const fs = require("node:fs");
const command = process.argv.slice(2).find((word) => /^[a-z-]+$/.test(word) && !word.startsWith("-"));
fs.writeFileSync(${JSON.stringify(folder)} + "/" + command + ".json", JSON.stringify(process.env));
`,
  );
  await chmod(join(folder, "git"), 0o755);
  const git = createGit({ folder, searchPath: folder });
  await git.branches(product);
  await git.listTree(product, nowhere, { maxEntries: 1, maxFileBytes: 1, maxTotalBytes: 1 }, signal);
  await (await git.advertise(product, "git-upload-pack", "version=2", signal)).toArray();
  await (await git.advertise(product, "git-receive-pack", "version=2:evil", signal)).toArray();

  const fixed = {
    PATH: folder,
    HOME: "/nonexistent",
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOW_PROTOCOL: "https:ssh",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_DIR: join(folder, "empty.git"),
  };
  const seen = async (command: string) => JSON.parse(await readFile(join(folder, `${command}.json`), "utf8"));
  // simple-git adds this as a precaution.
  expect(await seen("for-each-ref")).toEqual({ ...fixed, GIT_TEST_DISALLOW_ABBREVIATED_OPTIONS: "true" });
  expect(await seen("ls-tree")).toEqual(fixed);
  expect(await seen("upload-pack")).toEqual({ ...fixed, GIT_PROTOCOL: "version=2" });
  expect(await seen("receive-pack")).toEqual(fixed);
});

test("a branch, a tag and an id name a commit; git's notation for finding one does not", async () => {
  await using stored = await createStored();
  const { client, git } = stored;
  const first = await client.commit("first", {});
  await client.git("tag", "-a", "v1", "-m", "release");
  const odd = "-x;$(touch$IFS)`'\"<b>";
  await client.git("update-ref", `refs/heads/${odd}`, first);
  const second = await client.commit("Größer & <besser>\n\nwith a body", {});
  await client.git("push", "--quiet", stored.repository, "refs/*:refs/*");

  const resolve = (revision: string) => git.resolve(product, revision, signal);
  expect(await resolve("main")).toEqual({ sha: second, message: "Größer & <besser>", author: "Ada Löwe" });
  for (const revision of ["v1", "refs/tags/v1", odd, first]) {
    expect(await resolve(revision), revision).toEqual({ sha: first, message: "first", author: "Ada Löwe" });
  }
  const tree = await client.git("rev-parse", "HEAD^{tree}");
  for (const revision of [
    "",
    "nope",
    "main~1",
    "main^",
    ":/first",
    "HEAD@{0}",
    "--all",
    "-x",
    first.slice(0, 10),
    nowhere,
    tree,
    "main\nv1",
  ]) {
    expect(await resolve(revision), revision).toBeNull();
  }
});

test("a commit is found by its id in upper case or cut short, and two by digits that they share", async () => {
  await using stored = await createStored();
  const count = 1_500;
  const history = Array.from({ length: count }, (_, index) => {
    const from = index === 0 ? "" : `from :${index}\n`;
    return `commit refs/heads/main\nmark :${index + 1}\ncommitter A <a@b> ${index} +0000\ndata 1\nx\n${from}\n`;
  });
  await stored.client.tryGit(["--git-dir", stored.repository, "fast-import", "--quiet"], { input: history.join("") });
  const ids = (await stored.client.git("--git-dir", stored.repository, "rev-list", "main")).split("\n");
  const found = (digits: string) => stored.git.commitsStartingWith(product, digits, signal);
  const [tip = ""] = ids;
  for (const digits of [tip, tip.slice(0, 12), tip.toUpperCase(), tip.slice(0, 9).toUpperCase()])
    expect(await found(digits), digits).toEqual([tip]);

  const shared = ids.map((id) => id.slice(0, 4)).find((start, index, all) => all.indexOf(start) !== index) ?? "";
  const both = await found(shared);
  expect(both).toHaveLength(2);
  expect(both.every((id) => id.startsWith(shared) && ids.includes(id))).toBe(true);

  const tree = await stored.client.git("--git-dir", stored.repository, "rev-parse", "main^{tree}");
  for (const digits of [nowhere, tree, tree.slice(0, 10), tip.slice(0, 3), "main", "main~1", `${tip.slice(0, 8)}^`, ""])
    expect(await found(digits), digits).toEqual([]);
});

test("a commit message of megabytes is cut", async () => {
  await using stored = await createStored();
  await stored.client.tryGit(["commit", "--quiet", "--allow-empty", "--file", "-"], { input: "ä".repeat(2_000_000) });
  const commit = await stored.store(await stored.client.git("rev-parse", "HEAD"));
  const { message } = (await stored.git.resolve(product, commit, signal)) ?? {};
  expect(message).toMatch(/^ä{200,300}\.\.$/);
});

test("a moved branch is what a clone checks out", async () => {
  await using stored = await createStored();
  const first = await stored.store(await stored.client.commit("first", {}));
  await stored.git.moveBranch(product, "trunk", first);
  expect(await stored.git.branches(product)).toEqual(
    new Map([
      ["main", first],
      ["trunk", first],
    ]),
  );
  expect(await readFile(join(stored.repository, "HEAD"), "utf8")).toBe("ref: refs/heads/trunk\n");
  await expect(stored.git.moveBranch(product, "no..name", first)).rejects.toThrow("no..name");
  await expect(stored.git.moveBranch(product, "main", nowhere)).rejects.toThrow(nowhere);
  expect(await readFile(join(stored.repository, "HEAD"), "utf8")).toBe("ref: refs/heads/trunk\n");
});

test("a kept commit outlives its branch until it is released", async () => {
  await using stored = await createStored();
  const first = await stored.store(await stored.client.commit("first", {}));
  await stored.git.keepCommit(product, deployment, first);
  await stored.git.keepCommit(product, deployment, first);
  const gone = ["--git-dir", stored.repository];
  await stored.client.git(...gone, "update-ref", "-d", "refs/heads/main");
  await stored.client.git(...gone, "gc", "--quiet", "--prune=now");
  expect(await stored.git.keptCommits(product)).toEqual([deployment]);
  expect(await stored.git.resolve(product, first, signal)).toMatchObject({ sha: first });

  await stored.git.releaseCommit(product, deployment);
  await stored.git.releaseCommit(product, deployment);
  await stored.client.git(...gone, "gc", "--quiet", "--prune=now");
  expect(await stored.git.keptCommits(product)).toEqual([]);
  expect(await stored.git.resolve(product, first, signal)).toBeNull();
});

test("a repository that is not there reads like an empty one", async () => {
  await using stored = await createStored();
  await stored.git.removeRepository(product);
  expect(await stored.git.resolve(product, "main", signal)).toBeNull();
  expect(await stored.git.branches(product)).toEqual(new Map());
  expect(await stored.git.isAncestor(product, nowhere, nowhere)).toBe(false);
  expect(await stored.git.keptCommits(product)).toEqual([]);
  expect(await stored.git.readFile(product, nowhere, "Dockerfile", 10, signal)).toBeNull();
  await stored.git.releaseCommit(product, deployment);
  expect(await stored.git.listRepositories()).toEqual([]);
});
