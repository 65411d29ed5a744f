import type { DeploymentId } from "../../server/model/names/ids.ts";
import type { BuildLimiter } from "../../server/ports/host/build-limiter.ts";
import type { Firewall } from "../../server/ports/host/firewall.ts";
import type { HostPackages } from "../../server/ports/host/host-packages.ts";
import { HostPackagesUnavailable } from "../../server/ports/host/host-packages.ts";
import type { MountFiles, MountRef } from "../../server/ports/host/mount-files.ts";
import { filesIn } from "./docker/images.ts";

/** Files for containers, in memory. */
export interface FakeMountFiles extends MountFiles {
  /** By path: `/mounts/<deployment>/<service>/<index>/…`. */
  readonly files: ReadonlyMap<string, Buffer>;
}

export function createFakeMountFiles(): FakeMountFiles {
  const files = new Map<string, Buffer>();
  const made = new Set<string>();
  const folderOf = ({ deployment, service, index }: MountRef) => `/mounts/${deployment}/${service}/${index}`;
  return {
    files,
    async putFolder(place, open) {
      const folder = folderOf(place);
      if (made.has(folder)) return folder;
      for (const [path, content] of await filesIn(open())) files.set(`${folder}/${path}`, content);
      made.add(folder);
      return folder;
    },
    async putFile(place, name, _mode, content) {
      const path = `${folderOf(place)}/${name}`;
      if (!files.has(path)) files.set(path, await content());
      return path;
    },
    async remove(deployment: DeploymentId, except) {
      for (const path of [...files.keys(), ...made]) {
        const [, , id, service = ""] = path.split("/");
        if (Number(id) !== deployment || except.has(service)) continue;
        files.delete(path);
        made.delete(path);
      }
    },
  };
}

export function createFakeFirewall(): Firewall {
  return { apply: async () => ({ type: "held" }), state: () => ({ type: "held" }), remove: async () => {} };
}

export function createFakeBuildLimiter(): BuildLimiter {
  return { apply: async () => ({ type: "off" }), state: () => ({ type: "off" }), remove: async () => {} };
}

/** A host without packages, so that base images come from the registry. */
export function createFakeDistribution(): HostPackages {
  const refuse = () => Promise.reject(new HostPackagesUnavailable("this host has no packages"));
  return { debianRoot: refuse, npmPackage: refuse, caddy: refuse, certificates: refuse };
}
