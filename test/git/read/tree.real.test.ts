import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CommitSha } from "../../../server/model/names/ids.ts";
import { type TreeLimits, TreeTooLarge } from "../../../server/ports/git.ts";
import { gitChildren } from "../processes.ts";
import { product } from "../servers/git-server.ts";
import { commitTree, createStored, makeBlob, makeTree, makeTreeBomb } from "../stored.ts";

const signal = new AbortController().signal;
const generous: TreeLimits = { maxEntries: 20_000, maxFileBytes: 1024 ** 3, maxTotalBytes: 1024 ** 4 };
const nowhere = "1".repeat(40) as CommitSha;

test("the tree of a commit is listed with types, sizes and names of every kind", async () => {
  await using stored = await createStored();
  const { folder } = stored.client;
  await mkdir(join(folder, "deep/er"), { recursive: true });
  await writeFile(join(folder, "run.sh"), "#!/bin/sh\n");
  await chmod(join(folder, "run.sh"), 0o755);
  await symlink("deep/er", join(folder, "link"));
  const odd = 'deep/er/a\tb\n"ü" $(x) *?.txt';
  await writeFile(join(folder, odd), "four");
  await stored.client.git("update-index", "--add", "--cacheinfo", `160000,${nowhere},module`);
  await stored.client.git("add", "run.sh", "link", "deep");
  await stored.client.git("commit", "--quiet", "-m", "all kinds");
  const commit = await stored.store(await stored.client.git("rev-parse", "HEAD"));

  const entries = await stored.git.listTree(product, commit, generous, signal);

  expect(entries.map(({ object: _, ...entry }) => entry)).toEqual([
    { path: odd, type: "file", sizeBytes: 4 },
    { path: "link", type: "symlink", sizeBytes: 7 },
    { path: "module", type: "submodule", sizeBytes: 0 },
    { path: "run.sh", type: "executable", sizeBytes: 10 },
  ]);
  expect(await stored.git.readFile(product, commit, odd, 4, signal)).toEqual(Buffer.from("four"));
});

test("a tree bomb of 12 objects ends at the limit of entries, and its git with it", async () => {
  await using stored = await createStored();
  const commit = await makeTreeBomb(stored, await makeBlob(stored, "x"), 9);
  await expect(stored.git.listTree(product, commit, generous, signal)).rejects.toThrow(
    new TreeTooLarge("the repository has more than 20000 files and folders"),
  );
  expect(await gitChildren()).toEqual([]);
});

test("a tree bomb without a single file ends as well", async () => {
  await using stored = await createStored();
  const commit = await makeTreeBomb(stored, null, 9);
  await expect(stored.git.listTree(product, commit, generous, signal)).rejects.toThrow("files and folders");
});

test("files count towards the total each time that they are in the tree", async () => {
  await using stored = await createStored();
  const blob = await makeBlob(stored, Buffer.alloc(1024 * 1024));
  const lines = Array.from({ length: 20 }, (_, index) => `100644 blob ${blob}\t${index}`);
  const commit = await commitTree(stored, await makeTree(stored, lines));
  const limits = { ...generous, maxTotalBytes: 10 * 1024 * 1024 };
  await expect(stored.git.listTree(product, commit, limits, signal)).rejects.toThrow("more than 10 MiB of files");
});

test("a large file is refused by its name before it is read", async () => {
  await using stored = await createStored();
  const blob = await makeBlob(stored, Buffer.alloc(2 * 1024 * 1024));
  const commit = await commitTree(stored, await makeTree(stored, [`100644 blob ${blob}\tzeros.bin`]));
  const limits = { ...generous, maxFileBytes: 1.5 * 1024 * 1024 };
  await expect(stored.git.listTree(product, commit, limits, signal)).rejects.toThrow(
    "a file of more than 1.5 MiB: zeros.bin",
  );
  await expect(stored.git.readFile(product, commit, "zeros.bin", 1024, signal)).rejects.toBeInstanceOf(TreeTooLarge);
});

test("folders in folders without end are refused by the length of their path", async () => {
  await using stored = await createStored();
  let tree = await makeTree(stored, []);
  for (let level = 0; level < 20; level++) tree = await makeTree(stored, [`040000 tree ${tree}\t${"n".repeat(250)}`]);
  const commit = await commitTree(stored, tree);
  await expect(stored.git.listTree(product, commit, generous, signal)).rejects.toThrow(/path/);
});

test("a tree with a path out of its folder, as a fetch may bring it, is not listed", async () => {
  await using stored = await createStored();
  const tree = await makeTree(stored, [`100644 blob ${await makeBlob(stored, "x")}\t..`]);
  const commit = await stored.client.git("commit-tree", "-m", "out", tree);
  // The tree is stored object by object, because a push of it would be refused.
  await stored.client.git(
    "-c",
    "fetch.fsckObjects=false",
    "--git-dir",
    stored.repository,
    "fetch",
    "--quiet",
    stored.client.folder,
    `+${await branchOf(commit)}:refs/heads/main`,
  );
  await expect(stored.git.listTree(product, commit as CommitSha, generous, signal)).rejects.toThrow("leads outside it");

  async function branchOf(id: string): Promise<string> {
    await stored.client.git("branch", "out", id);
    return "refs/heads/out";
  }
});

test("listing ends with its signal, also while git is silent", async () => {
  await using stored = await createStored();
  const commit = await makeTreeBomb(stored, await makeBlob(stored, "x"), 9);
  const stop = new AbortController();
  const listing = stored.git.listTree(product, commit, { ...generous, maxEntries: 1e12 }, stop.signal);
  setImmediate(() => stop.abort(new Error("cancelled")));
  await expect(listing).rejects.toThrow("cancelled");
  expect(await gitChildren()).toEqual([]);
});

test("what is not a file, or not there, reads as null", async () => {
  await using stored = await createStored();
  await mkdir(join(stored.client.folder, "folder"));
  await symlink("folder/a", join(stored.client.folder, "link"));
  const commit = await stored.store(await stored.client.commit("first", { "folder/a": "1", empty: "" }));
  const read = (path: string, at = commit) => stored.git.readFile(product, at, path, 100, signal);
  expect(await read("folder/a")).toEqual(Buffer.from("1"));
  expect(await read("empty")).toEqual(Buffer.alloc(0));
  for (const path of [
    "folder",
    "folder/",
    "link",
    "missing",
    "",
    "../a",
    "folder/../folder/a",
    "./empty",
    "*",
    ":/empty",
    "-z",
  ]) {
    expect(await read(path), path).toBeNull();
  }
  expect(await read("empty", nowhere)).toBeNull();
});
