import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createGit, type GitOptions } from "../../server/git/git.ts";
import type { Git } from "../../server/ports/git.ts";
import { createGitClient, type GitClient, temporaryFolder } from "./git-client.ts";
import { type Deployer, type GitServer, product, serveGit } from "./servers/git-server.ts";

/** A client, a server and a product's repository between them. */
export interface Pushing extends AsyncDisposable {
  readonly git: Git;
  readonly client: GitClient;
  readonly server: GitServer;
  /** The path of the product's bare repository. */
  readonly repository: string;
  /** Sets which branches deploy, and how their deployments end. */
  deployWith(deployer: Deployer): void;
  /** All refs of the bare repository, including hidden ones. */
  refs(): Promise<Readonly<Record<string, string>>>;
  /** The folders in which git keeps objects that are still arriving. */
  quarantines(): Promise<readonly string[]>;
}

export async function createPushing(options: Partial<GitOptions> = {}): Promise<Pushing> {
  const folder = await temporaryFolder("baton-git-");
  const git = createGit({ folder, ...options });
  await git.ensureRepository(product);
  const repository = join(folder, `${product}.git`);
  const deployer: { current: Deployer } = { current: {} };
  const server = await serveGit(git, () => deployer.current);
  const client = await createGitClient();
  await client.git("remote", "add", "baton", server.url);
  return {
    git,
    client,
    server,
    repository,
    deployWith(next) {
      deployer.current = next;
    },
    async refs() {
      const output = await client.git("--git-dir", repository, "for-each-ref", "--format=%(refname) %(objectname)");
      return Object.fromEntries(
        output
          .split("\n")
          .filter(Boolean)
          .map((line) => line.split(" ")),
      );
    },
    async quarantines() {
      const names = await readdir(join(repository, "objects"));
      return names.filter((name) => /incoming/.test(name));
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
