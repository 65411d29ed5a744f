import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { createRepositoryBundles } from "../../server/git/bundles.ts";
import { createGit } from "../../server/git/git.ts";
import type { ProductId } from "../../server/model/names/ids.ts";

const never = new AbortController().signal;
const product = 7 as ProductId;
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function repositories() {
  const folder = await mkdtemp(join(tmpdir(), "baton-bundles-"));
  folders.push(folder);
  await createGit({ folder }).ensureRepository(product);
  const git = async (...args: string[]) => {
    const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
    return (await promisify(execFile)("git", ["--git-dir", join(folder, "7.git"), ...identity, ...args])).stdout.trim();
  };
  return { git, bundles: createRepositoryBundles({ folder }) };
}

async function bytesOf(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* of(content: Buffer) {
  for (let at = 0; at < content.length; at += 100) yield content.subarray(at, at + 100);
}

describe("a bundle of a repository", () => {
  it("has every ref with its history, also those that clients cannot see", async () => {
    const from = await repositories();
    const tree = await from.git("write-tree");
    const first = await from.git("commit-tree", "-m", "one", tree);
    const second = await from.git("commit-tree", "-m", "two", "-p", first, tree);
    for (const [ref, commit] of [
      ["refs/heads/main", second],
      ["refs/heads/feature/x", first],
      ["refs/tags/v1", first],
      ["refs/deployments/12", second],
    ] as const)
      await from.git("update-ref", ref, commit);
    expect(await from.bundles.list()).toEqual([product]);

    const bundle = await bytesOf(from.bundles.bundle(product, never));
    const to = await repositories();
    await to.bundles.unbundle(product, of(bundle), never);
    expect(await to.git("for-each-ref")).toBe(await from.git("for-each-ref"));
    expect(await to.git("log", "--format=%s", "refs/deployments/12")).toBe("two\none");
    expect(await to.git("fsck", "--full")).toBe("");
  });

  it("of an empty repository is nothing", async () => {
    const { bundles } = await repositories();
    expect(await bytesOf(bundles.bundle(product, never))).toEqual(Buffer.alloc(0));
  });

  it("that is damaged is refused", async () => {
    const from = await repositories();
    await from.git(
      "update-ref",
      "refs/heads/main",
      await from.git("commit-tree", "-m", "one", await from.git("write-tree")),
    );
    const bundle = await bytesOf(from.bundles.bundle(product, never));
    const to = await repositories();
    await expect(to.bundles.unbundle(product, of(bundle.subarray(0, -10)), never)).rejects.toThrow("fetch");
    expect(await to.git("for-each-ref")).toBe("");
  });
});
