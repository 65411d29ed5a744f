import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { ProductId } from "../model/names/ids.ts";
import type { RepositoryBundles } from "../ports/backup/repository-bundles.ts";
import { createGitCommand } from "./process/git-command.ts";
import { standardSearchPath } from "./process/git-environment.ts";
import { createGitProcesses } from "./process/git-process.ts";
import { createRepositories } from "./repository/repositories.ts";
import { usualMaxPushBytes } from "./repository/repository-config.ts";

/**
 * Copies whole repositories as git's own bundles: all refs with their history, as they were at one moment, also while
 * somebody pushes.
 */
export function createRepositoryBundles({
  folder,
  searchPath = standardSearchPath,
}: {
  /** Where the bare repositories are: `<data>/repositories`. */
  readonly folder: string;
  readonly searchPath?: string;
}): RepositoryBundles {
  const command = createGitCommand({ searchPath });
  const processes = createGitProcesses({ searchPath });
  const repositories = createRepositories({
    folder: resolve(folder),
    maxPushBytes: usualMaxPushBytes,
    command,
    onRemove: async () => {},
  });

  return {
    list: repositories.list,

    async *bundle(product: ProductId, signal) {
      const repository = await repositories.open(product);
      // Git refuses to write a bundle with nothing in it.
      if ((await command(repository, ["for-each-ref", "--count=1"], signal)) === "") return;
      await using git = processes.spawn({ repository, args: ["bundle", "create", "--quiet", "-", "--all"] }, signal);
      git.stdin.end();
      yield* git.stdout as AsyncIterable<Buffer>;
      await git.succeeded();
    },

    async unbundle(product, content, signal) {
      const repository = await repositories.ensure(product);
      const file = join(repository, "restored.bundle");
      try {
        await pipeline(content, createWriteStream(file, { mode: 0o600 }), { signal });
        const args = ["fetch", "--quiet", "--no-write-fetch-head", "--update-head-ok", file, "+refs/*:refs/*"];
        await using git = processes.spawn({ repository, args, protocols: "file" }, signal);
        git.stdin.end();
        git.stdout.resume();
        await git.succeeded();
      } finally {
        await rm(file, { force: true });
      }
    },
  };
}
