import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile, syncFolder } from "../../files/durable-file.ts";
import { type HostAddress, hostAddress } from "../../model/names/host-address.ts";
import { isServiceName } from "../../model/names/service-name.ts";
import type { Upstream } from "../../ports/proxy.ts";

/** The name of the file with a service's address. The `@` keeps it apart from `.deployment`, `..` and the like. */
export function addressFile(service: string): string {
  return `@${service}`;
}

/** The service whose address a file of this name holds; null when it holds none. */
export function serviceOfFile(file: string): string | null {
  const service = file.slice(1);
  return file.startsWith("@") && isServiceName(service) ? service : null;
}

/** Begins a file that spreads the requests to a service over slots. No address contains them. */
export const spreadWord = "spread";
export const stickyWord = "sticky";

/** What such a file holds: an address, or a word and the address of each slot, apart by one space. */
export function upstreamText(upstream: Upstream): string {
  if (typeof upstream === "string") return upstream;
  return [upstream.isSticky ? stickyWord : spreadWord, ...upstream.slots].join(" ");
}

/** Null when it holds nothing that can be dialled. */
export function upstreamIn(text: string): Upstream | null {
  const [first = "", ...slots] = text.trim().split(" ") as HostAddress[];
  if (first !== spreadWord && first !== stickyWord) return first === "" ? null : (first as HostAddress);
  return { slots, isSticky: first === stickyWord };
}

/** The files that an older Baton's Caddy reads: the port alone, on 127.0.0.1, in a file named after the service. */
export interface OlderFiles {
  /**
   * Writes the address file next to each of them, so that either configuration finds its own. Resolves with whether
   * there were any.
   */
  convert(): Promise<boolean>;
  /** Removes them once Caddy reads the addresses. */
  remove(): Promise<void>;
}

export function createOlderFiles({ routesFolder }: { readonly routesFolder: string }): OlderFiles {
  async function folders(): Promise<readonly string[]> {
    const found = await foldersIn(routesFolder);
    return (await Promise.all(found.map(foldersIn))).flat();
  }

  return {
    async convert() {
      let isAny = false;
      for (const folder of await folders()) {
        const older = await olderIn(folder);
        if (older.length === 0) continue;
        isAny = true;
        for (const [service, address] of older) await replaceFile(join(folder, addressFile(service)), `${address}\n`);
        await syncFolder(folder);
      }
      return isAny;
    },

    async remove() {
      for (const folder of await folders()) {
        for (const [service] of await olderIn(folder)) await rm(join(folder, service), { force: true });
      }
    },
  };
}

async function olderIn(folder: string): Promise<readonly (readonly [service: string, address: HostAddress])[]> {
  const names = (await readdir(folder)).filter((name) => /^[A-Za-z0-9]/.test(name) && isServiceName(name));
  const found = names.map(async (name) => {
    const port = /^(\d+)\n?$/.exec(await readFile(join(folder, name), "utf8"))?.[1];
    return port === undefined ? [] : [[name, hostAddress("127.0.0.1", Number(port))] as const];
  });
  return (await Promise.all(found)).flat();
}

/** Symlinks are left out, because the folder that `live` points to is found by its own name. */
async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}
