import { link, lstat, mkdir, readdir, readFile, readlink, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { replaceDurably, replaceFile, syncFolder } from "../../files/durable-file.ts";
import type { HostAddress } from "../../model/names/host-address.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import type { Switched } from "../../ports/proxy.ts";
import { addressFile, serviceOfFile } from "./address-files.ts";

export const stopped = "stopped";
export const empty = "empty";
export const idFile = ".deployment";

/**
 * The files that all resting places share by hard links: `resting/address`, `resting/stopped` and `resting/empty`. They
 * are on disk before they are linked, so that a power cut takes a whole resting place or nothing of it, and a thousand
 * of them need no write to disk each.
 */
const restingFolder = "resting";
const restingAddress = "address";

/** Reads and writes the folders that Switch describes. */
export interface RouteFolders {
  folderOf(installation: InstallationId): string;
  /** The name that `live` points to, or null. */
  targetOf(installation: InstallationId): Promise<string | null>;
  filesIn(installation: InstallationId, target: string): Promise<ReadonlySet<string>>;
  /** Replaces these files in a target's folder, each as a whole, and makes the folder itself durable. */
  write(installation: InstallationId, target: string, files: ReadonlyMap<string, string>): Promise<void>;
  /**
   * Gives services that the target lacks the resting page, so that every routed host has an answer. It is made again
   * when it is missing, so it need not be durable.
   */
  fillGaps(installation: InstallationId, target: string, services: readonly string[]): Promise<void>;
  /** Makes a target whose services all answer with the resting page; see fillGaps. */
  makeRestingPlace(
    installation: InstallationId,
    name: typeof stopped | typeof empty,
    services: readonly string[],
  ): Promise<void>;
  /** The services that have ever been routed: each has a file in `empty`, or in an older Baton's `stopped`. */
  routedServices(installation: InstallationId): Promise<readonly string[]>;
}

export function createRouteFolders(routesFolder: string, restingPage: HostAddress): RouteFolders {
  const folderOf = (installation: InstallationId) => join(routesFolder, String(installation));
  let shared: Promise<void> | null = null;

  /** Makes links to the shared files, under these names, where a target has nothing of the name. */
  async function linkMissing(installation: InstallationId, target: string, links: ReadonlyMap<string, string>) {
    const there = await filesIn(installation, target);
    const missing = [...links].filter(([name]) => !there.has(name));
    if (missing.length === 0) return;
    shared ??= makeShared(join(routesFolder, restingFolder), restingPage);
    await shared.catch((error: unknown) => {
      shared = null;
      throw error;
    });
    const folder = join(folderOf(installation), target);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const [name, file] of missing) {
      const path = join(routesFolder, restingFolder, file);
      await link(path, join(folder, name)).catch((error: NodeJS.ErrnoException) => {
        // A file has a limited number of hard links: 65,000 on ext4.
        if (error.code === "EMLINK") return symlink(join("../..", restingFolder, file), join(folder, name));
        return nullWhenThere(error);
      });
    }
  }

  async function write(installation: InstallationId, target: string, files: ReadonlyMap<string, string>) {
    const folder = join(folderOf(installation), target);
    const created = await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const [name, content] of files) await replaceFile(join(folder, name), `${content}\n`);
    await syncFolder(folder);
    if (created === undefined) return;
    await syncFolder(folderOf(installation));
    await syncFolder(routesFolder);
  }

  async function filesIn(installation: InstallationId, target: string): Promise<ReadonlySet<string>> {
    return new Set(await entriesOf(join(folderOf(installation), target)));
  }

  return {
    ...{ folderOf, write, filesIn },

    fillGaps: (installation, target, services) => linkMissing(installation, target, restingLinks(services)),

    makeRestingPlace: (installation, name, services) =>
      linkMissing(installation, name, new Map([...restingLinks(services), [idFile, name]])),

    async routedServices(installation) {
      const files = [empty, stopped].map((name) => entriesOf(join(folderOf(installation), name)));
      return [...new Set((await Promise.all(files)).flat())].flatMap((file) => serviceOfFile(file) ?? []);
    },

    targetOf: (installation) => targetIn(folderOf(installation)),
  };
}

function restingLinks(services: readonly string[]): ReadonlyMap<string, string> {
  return new Map(services.map((service) => [addressFile(service), restingAddress]));
}

async function makeShared(folder: string, restingPage: HostAddress): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const contents = { [restingAddress]: restingPage, [stopped]: stopped, [empty]: empty };
  for (const [name, content] of Object.entries(contents)) {
    const file = join(folder, name);
    if ((await readFile(file, "utf8").catch(nullWhenMissing)) !== `${content}\n`)
      await replaceDurably(file, `${content}\n`);
  }
}

/** Points `live` at another target with one rename, unless it points there already. */
export async function replaceLive(folder: string, target: string): Promise<Switched> {
  const live = join(folder, "live");
  const next = `${live}.new`;
  await rm(next, { force: true });
  let tookMs = 0;
  if ((await readlink(live).catch(nullWhenMissing)) !== target) {
    await symlink(target, next);
    const before = performance.now();
    await rename(next, live);
    tookMs = performance.now() - before;
  }
  await syncFolder(folder);
  return { tookMs, at: (await lstat(live)).mtime };
}

/** The name that `live` points to in an installation's folder, or null. */
export async function targetIn(folder: string): Promise<string | null> {
  return readlink(join(folder, "live")).catch(nullWhenMissing);
}

export async function entriesOf(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(nullWhenMissing)) ?? [];
}

export function nullWhenMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}

export function nullWhenThere(error: NodeJS.ErrnoException): null {
  if (error.code === "EEXIST") return null;
  throw error;
}
