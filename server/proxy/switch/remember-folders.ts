import { statSync } from "node:fs";
import { setImmediate as breath } from "node:timers/promises";

/** Two changes within one tick of the file system's clock leave the same time, so a young one says nothing. */
const youngMs = 1_000;
/** A look at ten thousand folders must not keep others waiting. */
const breathAfter = 200;

/**
 * Reads a folder again only when something in it was made, removed or replaced, which changes the folder's own time:
 * files and links are replaced as a whole, by renaming. A thousand installations are looked at every 30 s, and asking
 * for a time without a thread costs a tenth of everything else that could be asked.
 */
export function rememberFolders<T>(read: (folder: string) => Promise<T>): (folder: string) => Promise<T> {
  const known = new Map<string, { readonly at: bigint; readonly value: T }>();
  let looks = 0;

  return async (folder) => {
    looks += 1;
    if (looks % breathAfter === 0) await breath();
    const at = timeOf(folder);
    const last = known.get(folder);
    if (last && last.at === at) return last.value;
    known.delete(folder);
    const isYoung = at === null || Date.now() - Number(at / 1_000_000n) < youngMs;
    const value = await read(folder);
    if (!isYoung) known.set(folder, { at, value });
    return value;
  };
}

function timeOf(folder: string): bigint | null {
  try {
    return statSync(folder, { bigint: true, throwIfNoEntry: false })?.mtimeNs ?? null;
  } catch {
    // What is wrong with it, the read says.
    return null;
  }
}
