import { lstat, mkdir, readdir, readlink, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile, syncFolder } from "../../files/durable-file.ts";
import type { HostAddress } from "../../model/names/host-address.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import type { Switched } from "../../ports/proxy.ts";
import { addressFile, serviceOfFile } from "./address-files.ts";

export const stopped = "stopped";
export const idFile = ".deployment";

/** Reads and writes the folders that Switch describes. */
export interface RouteFolders {
  folderOf(installation: InstallationId): string;
  /** The name that `live` points to, or null. */
  targetOf(installation: InstallationId): Promise<string | null>;
  filesIn(installation: InstallationId, target: string): Promise<ReadonlySet<string>>;
  /** Replaces these files in a target's folder, each as a whole, and makes the folder itself durable. */
  write(installation: InstallationId, target: string, files: ReadonlyMap<string, string>): Promise<void>;
  /** Gives services that the target lacks the resting page, so that every routed host has an answer. */
  fillGaps(installation: InstallationId, target: string, services: readonly string[]): Promise<void>;
  /** Makes a target whose services all answer with the resting page. */
  makeRestingPlace(installation: InstallationId, name: string, services: readonly string[]): Promise<void>;
  /** The services that have ever been routed: each has a file in `stopped`. */
  routedServices(installation: InstallationId): Promise<readonly string[]>;
}

export function createRouteFolders(routesFolder: string, restingPage: HostAddress): RouteFolders {
  const folderOf = (installation: InstallationId) => join(routesFolder, String(installation));

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

  async function fillGaps(installation: InstallationId, target: string, services: readonly string[]) {
    const there = await filesIn(installation, target);
    const missing = services.map(addressFile).filter((file) => !there.has(file));
    if (missing.length === 0) return;
    await write(installation, target, new Map(missing.map((file) => [file, restingPage])));
  }

  return {
    ...{ folderOf, write, filesIn, fillGaps },

    async makeRestingPlace(installation, name, services) {
      await fillGaps(installation, name, services);
      if ((await filesIn(installation, name)).has(idFile)) return;
      await write(installation, name, new Map([[idFile, name]]));
    },

    async routedServices(installation) {
      return (await entriesOf(join(folderOf(installation), stopped))).flatMap((file) => serviceOfFile(file) ?? []);
    },

    targetOf: async (installation) => readlink(join(folderOf(installation), "live")).catch(nullWhenMissing),
  };
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

export async function entriesOf(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(nullWhenMissing)) ?? [];
}

export function nullWhenMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}
