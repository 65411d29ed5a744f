import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile, syncFolder } from "../../files/durable-file.ts";
import { type HostAddress, hostAddress } from "../../model/names/host-address.ts";
import { isServiceName } from "../../model/names/service-name.ts";

/** The file with the address of a service. The sign keeps it apart from `.deployment`, and from `..` and the like. */
export function addressFile(service: string): string {
  return `@${service}`;
}

/** The service whose address is in a file of this name; null: it holds none. */
export function serviceOfFile(file: string): string | null {
  const service = file.slice(1);
  return file.startsWith("@") && isServiceName(service) ? service : null;
}

/** What an older Baton's Caddy reads: the port alone, on 127.0.0.1, in a file of the service's bare name. */
export interface OlderFiles {
  /** Writes the address beside each of them, so that either configuration finds its own. Says whether there were any. */
  convert(): Promise<boolean>;
  /** Once Caddy reads the addresses. */
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

/** Symlinks are none: what `live` points to is found by its own name. */
async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}
