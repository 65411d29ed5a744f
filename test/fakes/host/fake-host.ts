import type { DeploymentId } from "../../../server/model/names/ids.ts";
import type { HostPackages } from "../../../server/ports/host/host-packages.ts";
import { HostPackagesUnavailable } from "../../../server/ports/host/host-packages.ts";
import type { MountFiles, MountRef } from "../../../server/ports/host/mount-files.ts";
import { filesIn } from "../docker/images.ts";

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

/** The part that a firewall and a build limiter have in common. `trouble` is why nothing can be put in place. */
export interface FakeGuard<State> {
  readonly guard: {
    apply(signal: AbortSignal): Promise<State>;
    state(): State | null;
    remove(signal: AbortSignal): Promise<void>;
  };
  clear(): Promise<void>;
  isInPlace(): Promise<boolean>;
}

function createFakeGuard<Held extends { readonly type: "held" }>(
  held: Held,
  trouble: string | null,
): FakeGuard<Held | { readonly type: "missing"; readonly why: string }> {
  let isInPlace = false;
  let last: Held | { readonly type: "missing"; readonly why: string } | null = null;
  return {
    guard: {
      async apply(signal) {
        signal.throwIfAborted();
        isInPlace = trouble === null;
        last = trouble === null ? held : { type: "missing", why: trouble };
        return last;
      },
      state: () => last,
      async remove(signal) {
        signal.throwIfAborted();
        isInPlace = false;
      },
    },
    clear: async () => {
      isInPlace = false;
    },
    isInPlace: async () => isInPlace,
  };
}

export function createFakeFirewall(trouble: string | null = null) {
  return createFakeGuard({ type: "held", in: [{ backend: "nft", chain: "DOCKER-USER" }] } as const, trouble);
}

export function createFakeBuildLimiter(trouble: string | null = null) {
  const limits = { memoryBytes: 1024 ** 3, processes: 4_096 };
  return createFakeGuard({ type: "held", limits, each: "all" } as const, trouble);
}

/** A host without packages, so that base images come from the registry. */
export function createFakeHostPackages(): HostPackages {
  const refuse = () => Promise.reject(new HostPackagesUnavailable("this host has no packages"));
  return { debianRoot: refuse, npmPackage: refuse, caddy: refuse, certificates: refuse };
}
