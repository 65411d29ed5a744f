import { mkdir, readdir, readFile, readlink, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile, syncFolder } from "../../files/durable-file.ts";
import { type HostAddress, hostAddress } from "../../model/names/host-address.ts";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";
import { isServiceName } from "../../model/names/service-name.ts";
import type { InstallationRoutes, Proxy as ProxyPort } from "../../ports/proxy.ts";
import { addressFile, serviceOfFile } from "./address-files.ts";
import { servicesOf } from "./route-table.ts";

/**
 * Which deployment answers, on disk, one folder per installation:
 *
 *     7/live -> 12          a symlink; replacing it is the cut-over
 *     7/12/@web             the address of service `web` in deployment 12: 127.0.0.2:20001
 *     7/12/.deployment      its id, for the proof
 *     7/stopped, 7/empty    the same for "stopped by hand" and "never deployed"; the address is the resting page's
 */
export interface Switch
  extends Pick<
    ProxyPort,
    "prepare" | "hold" | "addressesOf" | "switchTo" | "current" | "forget" | "forgetInstallation" | "listFolders"
  > {
  /** Makes sure that `live` exists and that whatever it points to has an answer for each of these services. */
  settle(routes: InstallationRoutes): Promise<void>;
}

const empty = "empty";
const stopped = "stopped";
const idFile = ".deployment";
/** tcpmux, which nobody runs: connections are refused, and a proxy that may wait tries again and reads the file anew. */
const nowhere = hostAddress("127.0.0.1", 1);

/** Resolves with the milliseconds that the rename took. */
async function replaceLive(folder: string, target: string): Promise<number> {
  const live = join(folder, "live");
  const next = `${live}.new`;
  await rm(next, { force: true });
  await symlink(target, next);
  const before = performance.now();
  await rename(next, live);
  const tookMs = performance.now() - before;
  await syncFolder(folder);
  return tookMs;
}

export function createSwitch(config: { readonly routesFolder: string; readonly restingPort: number }): Switch {
  const { routesFolder } = config;
  const restingPage = hostAddress("127.0.0.1", config.restingPort);
  /** The services that this process has settled: with a thousand installations, looking again takes seconds. */
  const settled = new Map<InstallationId, string>();
  /** The last replacement of each `live`: a deployment that goes back and a repair may come at the same moment. */
  const replacing = new Map<InstallationId, Promise<unknown>>();
  const folderOf = (installation: InstallationId) => join(routesFolder, String(installation));

  /** Writes `files` into a target's folder, each as a whole, and makes the folder itself durable. */
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

  /** Gives services that the target does not have the resting page, so that no routed host is left without an answer. */
  async function fillGaps(installation: InstallationId, target: string, services: readonly string[]) {
    const there = await filesIn(installation, target);
    const missing = services.map(addressFile).filter((file) => !there.has(file));
    if (missing.length === 0) return;
    await write(installation, target, new Map(missing.map((file) => [file, restingPage])));
  }

  /** The services that have ever been routed: each has a file in `stopped`. */
  async function routedServices(installation: InstallationId): Promise<readonly string[]> {
    return (await entriesOf(join(folderOf(installation), stopped))).flatMap((file) => serviceOfFile(file) ?? []);
  }

  async function makeRestingPlace(installation: InstallationId, name: string, services: readonly string[]) {
    await fillGaps(installation, name, services);
    if ((await filesIn(installation, name)).has(idFile)) return;
    await write(installation, name, new Map([[idFile, name]]));
  }

  async function targetOf(installation: InstallationId): Promise<string | null> {
    return readlink(join(folderOf(installation), "live")).catch(nullWhenMissing);
  }

  return {
    async settle(routes) {
      const { installation } = routes;
      const services = servicesOf(routes);
      if (settled.get(installation) === services.join("/")) return;
      await makeRestingPlace(installation, stopped, services);
      const target = await targetOf(installation);
      if (target === null) {
        await makeRestingPlace(installation, empty, services);
        // Not replaced by rename: a switch that came first stays.
        await symlink(empty, join(folderOf(installation), "live")).catch(nullWhenThere);
        await syncFolder(folderOf(installation));
      } else {
        await fillGaps(installation, target, services);
      }
      settled.set(installation, services.join("/"));
    },

    async prepare(installation, deployment, addresses) {
      const stranger = [...addresses.keys()].find((service) => !isServiceName(service));
      if (stranger !== undefined) throw new TypeError(`${JSON.stringify(stranger)} is not a service name.`);
      const files = [...addresses].map(([service, address]) => [addressFile(service), address] as const);
      await write(installation, String(deployment), new Map([...files, [idFile, String(deployment)] as const]));
    },

    async hold(installation, deployment, services) {
      await write(
        installation,
        String(deployment),
        new Map(services.map((service) => [addressFile(service), nowhere])),
      );
    },

    async addressesOf(installation, deployment) {
      const folder = join(folderOf(installation), String(deployment));
      const addresses = await Promise.all(
        (await entriesOf(folder)).map(async (file) => {
          const service = serviceOfFile(file);
          const content = service && (await readFile(join(folder, file), "utf8").catch(nullWhenMissing));
          return service && content ? [[service, content.trim() as HostAddress] as const] : [];
        }),
      );
      return new Map(addresses.flat());
    },

    async switchTo(installation, target) {
      const services = await routedServices(installation);
      if (target === stopped) await makeRestingPlace(installation, stopped, services);
      if (!(await filesIn(installation, String(target))).has(idFile)) {
        throw new Error(`Deployment ${target} of installation ${installation} was never prepared.`);
      }
      await fillGaps(installation, String(target), services);
      const mine = (replacing.get(installation) ?? Promise.resolve()).then(() =>
        replaceLive(folderOf(installation), String(target)),
      );
      replacing.set(
        installation,
        mine.catch(() => {}),
      );
      return { tookMs: await mine };
    },

    async current(installation) {
      const target = await targetOf(installation);
      if (target === null || target === empty) return null;
      return target === stopped ? stopped : (Number(target) as DeploymentId);
    },

    async forget(installation, deployment) {
      if ((await targetOf(installation)) === String(deployment)) return;
      await rm(join(folderOf(installation), String(deployment)), { recursive: true, force: true });
    },

    async forgetInstallation(installation) {
      settled.delete(installation);
      await rm(folderOf(installation), { recursive: true, force: true });
    },

    async listFolders() {
      const installations = idsAmong<InstallationId>(await entriesOf(routesFolder));
      const deployments = installations.map(async (installation) => {
        return [installation, idsAmong<DeploymentId>(await entriesOf(folderOf(installation)))] as const;
      });
      return new Map(await Promise.all(deployments));
    },
  };
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(nullWhenMissing)) ?? [];
}

function idsAmong<Id extends number>(names: readonly string[]): readonly Id[] {
  return names
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map((name) => Number(name) as Id)
    .sort((a, b) => a - b);
}

function nullWhenMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}

function nullWhenThere(error: NodeJS.ErrnoException): null {
  if (error.code === "EEXIST") return null;
  throw error;
}
