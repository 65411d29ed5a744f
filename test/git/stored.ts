import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createGit } from "../../server/git/git.ts";
import type { CommitSha } from "../../server/model/names/ids.ts";
import type { Git } from "../../server/ports/git.ts";
import { createGitClient, type GitClient, temporaryFolder } from "./git-client.ts";
import { product } from "./servers/git-server.ts";

/** A product's repository that is filled without a push to Baton. */
export interface Stored extends AsyncDisposable {
  readonly git: Git;
  readonly client: GitClient;
  readonly repository: string;
  /** Stores the client's commit with everything that it reaches, as branch `main`. */
  store(commit: string): Promise<CommitSha>;
}

export async function createStored(): Promise<Stored> {
  const folder = await temporaryFolder("baton-git-");
  const git = createGit({ folder });
  await git.ensureRepository(product);
  const repository = join(folder, `${product}.git`);
  const client = await createGitClient();
  return {
    git,
    client,
    repository,
    async store(commit) {
      // The client writes to the file system, not through Baton, because these tests are about reading.
      await client.git("push", "--quiet", "--force", repository, `${commit}:refs/heads/main`);
      return commit as CommitSha;
    },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Writes a tree from lines of `git ls-tree`. Resolves with its id. */
export async function makeTree({ client }: Stored, lines: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await client.tryGit(["mktree", "-z"], {
    input: lines.map((line) => `${line}\0`).join(""),
  });
  if (exitCode !== 0) throw new Error(stderr);
  return stdout.trim();
}

export async function makeBlob({ client }: Stored, content: string | Buffer): Promise<string> {
  const { stdout } = await client.tryGit(["hash-object", "-w", "--stdin"], { input: content });
  return stdout.trim();
}

export async function commitTree(stored: Stored, tree: string): Promise<CommitSha> {
  return stored.store(await stored.client.git("commit-tree", "-m", "made", tree));
}

/**
 * Makes ten folders in each of ten folders, and so on: a few objects that stand for ten to the power of `depth`
 * entries.
 */
export async function makeTreeBomb(stored: Stored, leaf: string | null, depth: number): Promise<CommitSha> {
  let tree = await makeTree(stored, leaf === null ? [] : [`100644 blob ${leaf}\tf`]);
  for (let level = 0; level < depth; level++) {
    const current = tree;
    tree = await makeTree(
      stored,
      Array.from({ length: 10 }, (_, index) => `040000 tree ${current}\td${index}`),
    );
  }
  return commitTree(stored, tree);
}
