import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { FetchFailed } from "../../ports/git.ts";
import { isUnfinished, looseFolder } from "../repository/leftovers.ts";

const lookEveryMs = 200;

/**
 * Git has no limit for what a fetch brings, so that is watched while it grows: packs, and the single objects that a
 * server without git's own protocol hands out; the signal is aborted when it has become too large. Disposing removes
 * what an ended fetch left of it. Nothing else may write to the repository meanwhile.
 */
export function limitPackSize(
  repository: string,
  maxBytes: number,
): AsyncDisposable & { readonly signal: AbortSignal } {
  const objects = join(repository, "objects");
  const tooLarge = new AbortController();
  const before = loose().then((names) => new Set(names));
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, lookEveryMs);

  return {
    signal: tooLarge.signal,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await looking;
      // Whole objects belong to the commit that was fetched, unless that has come to nothing.
      const names = await brought();
      const going = tooLarge.signal.aborted ? names : names.filter(isUnfinished);
      for (const name of going) await rm(join(objects, name), { force: true });
    },
  };

  async function look(): Promise<void> {
    const sizes = await Promise.all(
      (await brought()).map((name) =>
        stat(join(objects, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    if (sizes.reduce((sum, size) => sum + size, 0) <= maxBytes) return;
    const limit = `${Math.floor(maxBytes / 1024 / 1024)} MiB`;
    tooLarge.abort(
      new FetchFailed(
        "too-large",
        `the repository is larger than ${limit} when packed`,
        "Remove large files from its history, or push it to Baton in parts.",
      ),
    );
  }

  /** Unfinished packs, and single objects that were not there before; below `objects`. */
  async function brought(): Promise<readonly string[]> {
    const old = await before;
    const packs = (await namesIn("pack")).filter(isUnfinished);
    return [...packs, ...(await loose()).filter((name) => isUnfinished(name) || !old.has(name))];
  }

  async function loose(): Promise<readonly string[]> {
    const folders = (await readdir(objects).catch(() => [])).filter((name) => looseFolder.test(name));
    return (await Promise.all(folders.map(namesIn))).flat();
  }

  async function namesIn(folder: string): Promise<readonly string[]> {
    const names = await readdir(join(objects, folder)).catch(() => []);
    return names.map((name) => join(folder, name));
  }
}
