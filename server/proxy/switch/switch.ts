import { mkdir, readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder } from "../../files/durable-file.ts";
import { hostAddress } from "../../model/names/host-address.ts";
import type { DeploymentId, InstallationId } from "../../model/names/ids.ts";
import { isServiceName } from "../../model/names/service-name.ts";
import { type InstallationRoutes, type Proxy as ProxyPort, slotCount, type Upstream } from "../../ports/proxy.ts";
import { addressFile, serviceOfFile, upstreamIn, upstreamText } from "./address-files.ts";
import { rememberFolders } from "./remember-folders.ts";
import {
  createRouteFolders,
  empty,
  entriesOf,
  idFile,
  nullWhenMissing,
  nullWhenThere,
  type RouteFolders,
  replaceLive,
  stopped,
  targetIn,
} from "./route-folders.ts";
import { servicesOf } from "./route-table.ts";

/**
 * The record on disk of which deployment answers, one folder per installation:
 *
 *     7/live -> 12          a symlink; replacing it is the cut-over
 *     7/12/@web             the address of service `web` in deployment 12: 127.0.0.2:20001
 *     7/12/@api             the slots of a service that runs more than once: spread 127.0.0.2:20002 127.0.0.2:20003 …
 *     7/12/.deployment      its id, for the proof
 *     7/stopped, 7/empty    the same for "stopped by hand" and "never deployed"; the address is the resting page's,
 *                           in files that all installations share
 */
export interface Switch
  extends Pick<
    ProxyPort,
    "prepare" | "hold" | "upstreamsOf" | "switchTo" | "current" | "forget" | "forgetInstallation" | "listFolders"
  > {
  /** Makes sure that each `live` exists, and that its target has an answer for each of these services. */
  settle(installations: readonly InstallationRoutes[]): Promise<void>;
}

/**
 * The port of tcpmux, which nobody runs. Connections are refused, and a proxy that may wait tries again and reads the
 * file again.
 */
const nowhere = hostAddress("127.0.0.1", 1);

export function createSwitch(config: { readonly routesFolder: string; readonly restingPort: number }): Switch {
  const folders = createRouteFolders(config.routesFolder, hostAddress("127.0.0.1", config.restingPort));
  const { folderOf, write, targetOf } = folders;
  /** The services that this process has settled; with a thousand installations, checking again takes seconds. */
  const settled = new Map<InstallationId, string>();
  const switchTo = createSwitchTo(folders);
  const upstreams = rememberFolders(upstreamsIn);
  const entries = rememberFolders(entriesOf);
  const targets = rememberFolders(targetIn);

  return {
    switchTo,

    async settle(installations) {
      const others = installations.filter(
        (routes) => settled.get(routes.installation) !== servicesOf(routes).join("/"),
      );
      if (others.length === 0) return;
      await mkdir(config.routesFolder, { recursive: true, mode: 0o700 });
      await Promise.all(
        others.map(async (routes) => {
          const services = servicesOf(routes);
          await settle(folders, routes.installation, services);
          settled.set(routes.installation, services.join("/"));
        }),
      );
      await syncFolder(config.routesFolder);
    },

    async prepare(installation, deployment, upstreams) {
      for (const [service, upstream] of upstreams) assertUsable(service, upstream);
      const files = [...upstreams].map(
        ([service, upstream]) => [addressFile(service), upstreamText(upstream)] as const,
      );
      await write(installation, String(deployment), new Map([...files, [idFile, String(deployment)] as const]));
    },

    hold: (installation, deployment, services) =>
      write(installation, String(deployment), new Map(services.map((service) => [addressFile(service), nowhere]))),

    upstreamsOf: (installation, deployment) => upstreams(join(folderOf(installation), String(deployment))),

    async current(installation) {
      const target = await targets(folderOf(installation));
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
      const installations = idsAmong<InstallationId>(await entriesOf(config.routesFolder));
      const deployments = installations.map(async (installation) => {
        return [installation, idsAmong<DeploymentId>(await entries(folderOf(installation)))] as const;
      });
      return new Map(await Promise.all(deployments));
    },
  };
}

async function settle(folders: RouteFolders, installation: InstallationId, services: readonly string[]): Promise<void> {
  await folders.makeRestingPlace(installation, empty, services);
  const target = await folders.targetOf(installation);
  if (target !== null) return folders.fillGaps(installation, target, services);
  // Not replaced by rename, so that a switch that came first stays.
  await symlink(empty, join(folders.folderOf(installation), "live")).catch(nullWhenThere);
}

/** Replaces each installation's `live` once at a time, because a rollback and a repair may come at the same moment. */
function createSwitchTo(folders: RouteFolders): Switch["switchTo"] {
  const replacing = new Map<InstallationId, Promise<unknown>>();

  return async (installation, target) => {
    const services = await folders.routedServices(installation);
    if (target === stopped) await folders.makeRestingPlace(installation, stopped, services);
    if (!(await folders.filesIn(installation, String(target))).has(idFile)) {
      throw new Error(`Deployment ${target} of installation ${installation} was never prepared.`);
    }
    await folders.fillGaps(installation, String(target), services);
    const mine = (replacing.get(installation) ?? Promise.resolve()).then(() =>
      replaceLive(folders.folderOf(installation), String(target)),
    );
    replacing.set(
      installation,
      mine.catch(() => {}),
    );
    return mine;
  };
}

async function upstreamsIn(folder: string): Promise<ReadonlyMap<string, Upstream>> {
  const upstreams = await Promise.all(
    (await entriesOf(folder)).map(async (file) => {
      const service = serviceOfFile(file);
      const content = service && (await readFile(join(folder, file), "utf8").catch(nullWhenMissing));
      const upstream = content ? upstreamIn(content) : null;
      return service && upstream ? [[service, upstream] as const] : [];
    }),
  );
  return new Map(upstreams.flat());
}

/** Caddy answers 502 to everything when it cannot read what a file holds. */
function assertUsable(service: string, upstream: Upstream): void {
  if (!isServiceName(service)) throw new TypeError(`${JSON.stringify(service)} is not a service name.`);
  if (typeof upstream === "string" || upstream.slots.length === slotCount) return;
  throw new TypeError(`${service} has ${upstream.slots.length} slots instead of ${slotCount}.`);
}

function idsAmong<Id extends number>(names: readonly string[]): readonly Id[] {
  return names
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map((name) => Number(name) as Id)
    .sort((a, b) => a - b);
}
