import type { ContainerId } from "../../../server/model/names/ids.ts";
import type { Engine } from "../../../server/ports/engine/engine.ts";
import type { VolumeRequest } from "../../../server/ports/engine/networks.ts";

export interface FakeVolume extends VolumeRequest {
  /** Its content, by file. */
  readonly files: Map<string, string>;
}

type VolumePort = Pick<Engine, "createVolume" | "listVolumes" | "inspectVolume" | "fillVolume" | "removeVolume">;

export interface FakeVolumes extends VolumePort {
  readonly volumes: Map<string, FakeVolume>;
  /** Names of volumes that Baton did not create. */
  readonly foreignVolumes: Set<string>;
}

/** `folderOf` returns the content of a container's folder; null when there is no such folder. */
export function createFakeVolumes(
  folderOf: (container: ContainerId, path: string) => ReadonlyMap<string, string> | null,
): FakeVolumes {
  const volumes = new Map<string, FakeVolume>();
  const foreignVolumes = new Set<string>();
  return {
    volumes,
    foreignVolumes,
    async createVolume(request) {
      if (foreignVolumes.has(request.name)) {
        throw new Error(`There is a volume named ${request.name} that is not this Baton's.`);
      }
      if (!volumes.has(request.name)) volumes.set(request.name, { ...request, files: new Map() });
    },
    listVolumes: async () => [...volumes.keys()],
    async inspectVolume(name) {
      const volume = volumes.get(name);
      return volume ? { filledBy: volume.filledBy } : null;
    },
    async fillVolume(name, { container, path }) {
      const folder = folderOf(container, path);
      if (folder === null) return false;
      for (const [file, content] of folder) volumes.get(name)?.files.set(file, content);
      return true;
    },
    async removeVolume(name) {
      volumes.delete(name);
    },
  };
}
