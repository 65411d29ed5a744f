import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ProductId } from "../../model/names/ids.ts";
import type { Log } from "../../ports/log.ts";
import type { GitCommand } from "../process/git-command.ts";
import { removeLeftovers } from "./leftovers.ts";
import { repositoryConfig } from "./repository-config.ts";

/** The bare repositories on disk: `<folder>/<product>.git`, and `empty.git`, which stands in for missing ones. */
export interface Repositories {
  /** Resolves with the path of the product's repository, after creating or updating it. */
  ensure(product: ProductId): Promise<string>;
  /** Resolves with the path of the product's repository, or of an empty one. */
  open(product: ProductId | null): Promise<string>;
  remove(product: ProductId): Promise<void>;
  list(): Promise<readonly ProductId[]>;
  size(product: ProductId): Promise<number>;
}

export function createRepositories(dependencies: {
  readonly folder: string;
  readonly maxPushBytes: number;
  readonly command: GitCommand;
  /** Resolves when nothing uses the repository at this path any more. */
  readonly onRemove: (repository: string) => Promise<void>;
  readonly log?: Pick<Log, "info">;
}): Repositories {
  const { folder, command, onRemove, log } = dependencies;
  const config = repositoryConfig(dependencies);
  const making = new Map<string, Promise<string>>();
  const swept = new Set<string>();

  /** Concurrent callers share one attempt, because git locks its files and the second would fail. */
  function make(name: string): Promise<string> {
    const current = making.get(name);
    if (current !== undefined) return current;
    const attempt = bringUpToDate(join(folder, name)).finally(() => making.delete(name));
    making.set(name, attempt);
    return attempt;
  }

  async function bringUpToDate(path: string): Promise<string> {
    if (!swept.has(path)) await removeLeftovers(path);
    swept.add(path);
    if ((await readConfig(path)) === config) return path;
    await makeRepository(path, config, command);
    log?.info({ repository: path }, "created a repository or updated its settings");
    return path;
  }

  return {
    ensure: (product) => make(`${product}.git`),
    async open(product) {
      if (product === null) return make("empty.git");
      const path = join(folder, `${product}.git`);
      return (await readConfig(path)) === null ? make("empty.git") : path;
    },
    async remove(product) {
      const path = join(folder, `${product}.git`);
      await onRemove(path);
      await rm(path, { recursive: true, force: true });
    },
    async list() {
      const names = await readdir(folder).catch(orElse("ENOENT", [] as string[]));
      return names.filter((name) => /^\d+\.git$/.test(name)).map((name) => Number.parseInt(name, 10) as ProductId);
    },
    size: (product) => folderBytes(join(folder, `${product}.git`)),
  };
}

/** Git moves and removes files while they are counted. */
async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(orElse("ENOENT", []));
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    bytes += (await stat(join(entry.parentPath, entry.name)).catch(orElse("ENOENT", null)))?.size ?? 0;
  }
  return bytes;
}

/** The config file is written last: when it is right, the rest of the repository is there, too. */
async function makeRepository(path: string, config: string, command: GitCommand): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await command(path, ["init", "--quiet", "--bare", "--initial-branch=main"]);
  const temporary = join(path, "config.baton");
  await writeFile(temporary, config, { flush: true });
  await rename(temporary, join(path, "config"));
}

function readConfig(path: string): Promise<string | null> {
  return readFile(join(path, "config"), "utf8").catch(orElse("ENOENT", null));
}

function orElse<T>(code: string, value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === code) return value;
    throw error;
  };
}
