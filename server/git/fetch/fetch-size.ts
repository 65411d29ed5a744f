import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { FetchFailed } from "../../ports/git.ts";
import { isUnfinished, looseFolder } from "../repository/leftovers.ts";

const lookEveryMs = 200;

/**
 * Limits the size of a fetch, which git cannot do itself, by watching its files grow: packs, and the loose objects that
 * a server without git's own protocol sends. The signal aborts once they are too large. Disposing removes what an ended
 * fetch left behind. Nothing else may write to the repository in the meantime.
 */
export function limitPackSize(
  repository: string,
  maxBytes: number,
): AsyncDisposable & { readonly signal: AbortSignal } {
  const objects = join(repository, "objects");
  const tooLarge = new AbortController();
  const before = looseObjects(objects).then((names) => new Set(names));
  const fetched = async () => fetchedFiles(objects, await before);
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(async () => {
      if ((await sizeOf(objects, await fetched())) > maxBytes) tooLarge.abort(tooLargeError(maxBytes));
    });
  }, lookEveryMs);

  return {
    signal: tooLarge.signal,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await looking;
      // Complete objects belong to the fetched commit, unless the fetch was aborted.
      const names = await fetched();
      const going = tooLarge.signal.aborted ? names : names.filter(isUnfinished);
      for (const name of going) await rm(join(objects, name), { force: true });
    },
  };
}

function tooLargeError(maxBytes: number): FetchFailed {
  const limit = `${Math.floor(maxBytes / 1024 / 1024)} MiB`;
  return new FetchFailed(
    "too-large",
    `the repository is larger than ${limit} when packed`,
    "Remove large files from its history, or push it to Baton in parts.",
  );
}

async function sizeOf(objects: string, names: readonly string[]): Promise<number> {
  const sizes = names.map((name) =>
    stat(join(objects, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Unfinished packs and new loose objects, relative to `objects`. */
async function fetchedFiles(objects: string, before: ReadonlySet<string>): Promise<readonly string[]> {
  const packs = (await namesIn(objects, "pack")).filter(isUnfinished);
  return [...packs, ...(await looseObjects(objects)).filter((name) => isUnfinished(name) || !before.has(name))];
}

async function looseObjects(objects: string): Promise<readonly string[]> {
  const folders = (await readdir(objects).catch(() => [])).filter((name) => looseFolder.test(name));
  return (await Promise.all(folders.map((folder) => namesIn(objects, folder)))).flat();
}

async function namesIn(objects: string, folder: string): Promise<readonly string[]> {
  const names = await readdir(join(objects, folder)).catch(() => []);
  return names.map((name) => join(folder, name));
}
