import { mkdir, readdir, readlink, rename, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder } from "../../files/durable-file.ts";
import type { InstallationId } from "../../model/names/ids.ts";
import type { InstallationRoutes } from "../../ports/proxy.ts";
import { addressFile, serviceOfFile } from "./address-files.ts";
import { idFile, nullWhenMissing, nullWhenThere } from "./route-folders.ts";
import { inOrder } from "./route-table.ts";

/**
 * Which service answers a host, as links that Caddy follows for each request, so that a host comes or goes without a
 * load:
 *
 *     hosts/shop.example.com         -> ../7/live/@web           the address to dial
 *     deployments/shop.example.com   -> ../7/live/.deployment    the id, for the proof and the resting pages
 */
export interface HostLinks {
  /** The routes that the links on disk make. */
  read(): Promise<readonly InstallationRoutes[]>;
  /** Links these hosts, and moves the links of hosts that went to another service. It is durable when it resolves. */
  add(routes: readonly InstallationRoutes[]): Promise<void>;
  /** Removes the links of all other hosts. */
  keepOnly(routes: readonly InstallationRoutes[]): Promise<void>;
}

export const hostsFolder = "hosts";
export const deploymentsFolder = "deployments";

export function createHostLinks({ routesFolder }: { readonly routesFolder: string }): HostLinks {
  const [addresses, ids] = [join(routesFolder, hostsFolder), join(routesFolder, deploymentsFolder)];
  /** The link of each host, as of a time of the folder: whatever changes a link changes that, too. */
  let known: { readonly at: bigint; readonly links: ReadonlyMap<string, string> } | null = null;

  async function linksNow(): Promise<ReadonlyMap<string, string>> {
    const at = await timeOf(addresses);
    if (known?.at === at) return known.links;
    const links = await linksIn(addresses);
    known = { at, links };
    return links;
  }

  async function change(links: ReadonlyMap<string, string | null>): Promise<void> {
    if (links.size === 0) return;
    for (const folder of [addresses, ids]) await mkdir(folder, { recursive: true, mode: 0o700 });
    await Promise.all(
      [...links].map(async ([host, target]) => {
        // The address comes last and goes first, so that a host that a crash left half made is made again.
        if (target === null) await replaceLink(join(addresses, host), null);
        await replaceLink(join(ids, host), target && join(target, "..", idFile));
        if (target !== null) await replaceLink(join(addresses, host), target);
      }),
    );
    known = null;
    for (const folder of [addresses, ids, routesFolder]) await syncFolder(folder);
  }

  return {
    async read() {
      return inOrder([...(await linksNow())].flatMap(([host, link]) => routeOf(host, link) ?? []));
    },

    async add(routes) {
      const before = await linksNow();
      const wanted = targets(routes);
      await change(new Map([...wanted].filter(([host, target]) => before.get(host) !== target)));
    },

    async keepOnly(routes) {
      const wanted = targets(routes);
      const others = [...(await linksNow()).keys()].filter((host) => !wanted.has(host));
      await change(new Map(others.map((host) => [host, null])));
    },
  };
}

function targets(routes: readonly InstallationRoutes[]): ReadonlyMap<string, string> {
  return new Map(
    routes.flatMap(({ installation, routes }) =>
      routes.map(
        ({ host, service }) => [host, join("..", String(installation), "live", addressFile(service))] as const,
      ),
    ),
  );
}

function routeOf(host: string, link: string): InstallationRoutes | null {
  const [, installation, file] = /^\.\.\/([1-9]\d*)\/live\/([^/]+)$/.exec(link) ?? [];
  const service = file === undefined ? null : serviceOfFile(file);
  return service === null
    ? null
    : { installation: Number(installation) as InstallationId, routes: [{ host, service }] };
}

async function linksIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder).catch(nullWhenMissing)) ?? [];
  const links = names
    .filter((name) => !name.startsWith("."))
    .map(async (host) => [host, await readlink(join(folder, host))] as const);
  return new Map(await Promise.all(links));
}

async function timeOf(folder: string): Promise<bigint> {
  return (await stat(folder, { bigint: true }).catch(nullWhenMissing))?.mtimeNs ?? 0n;
}

/** For temporary names; a host may be as long as the name of a file. */
let made = 0;

/** Replaces a link as a whole, so that a request finds the old one or the new one; null removes it. */
async function replaceLink(path: string, target: string | null): Promise<void> {
  if (target === null) return rm(path, { force: true });
  if (await makeLink(path, target)) return;
  made += 1;
  const next = join(path, `../.${made}.new`);
  await rm(next, { force: true });
  await symlink(target, next);
  await rename(next, path);
}

/** Resolves with false when there is something of the name already. */
async function makeLink(path: string, target: string): Promise<boolean> {
  return (await symlink(target, path).then(() => true, nullWhenThere)) ?? false;
}
