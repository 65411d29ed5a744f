import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { FetchFailed } from "../ports/git.ts";

const lookEveryMs = 200;
const temporary = /^tmp_/;

/**
 * Git has no limit for what a fetch brings, so the pack is watched while it grows; the signal is aborted when it has
 * become too large. Disposing removes what an ended fetch left of it.
 */
export function limitPackSize(
  repository: string,
  maxBytes: number,
): AsyncDisposable & { readonly signal: AbortSignal } {
  const folder = join(repository, "objects", "pack");
  const tooLarge = new AbortController();
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, lookEveryMs);

  return {
    signal: tooLarge.signal,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await looking;
      for (const name of await unfinished()) await rm(join(folder, name), { force: true });
    },
  };

  async function look(): Promise<void> {
    const names = await unfinished();
    const sizes = await Promise.all(
      names.map((name) =>
        stat(join(folder, name)).then(
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
        `the repository is larger than ${limit}, packed`,
        "Remove large files from its history, or push it to Baton in parts.",
      ),
    );
  }

  async function unfinished(): Promise<readonly string[]> {
    const names = await readdir(folder).catch(() => []);
    return names.filter((name) => temporary.test(name));
  }
}
