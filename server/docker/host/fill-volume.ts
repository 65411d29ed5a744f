import { posix } from "node:path";
import { Readable } from "node:stream";
import type { ContainerId, InstanceId } from "../../model/names/ids.ts";
import { Refusal } from "../../ports/engine/daemon-api.ts";
import type { Engine } from "../../ports/engine/engine.ts";
import type { Owner } from "../../ports/engine/owner.ts";
import { inspectRaw } from "../containers/containers.ts";
import { type Daemon, ifThere } from "./daemon.ts";
import { ownerLabels, serviceLabels } from "./labels.ts";

/** No service has this name, so the container belongs to none; it is removed with its deployment at the latest. */
const nobody = ".fill";
const removeLimitMs = 30_000;

/**
 * Copies as one stream from the daemon back to it, so nothing is written to disk in between. The data is unpacked
 * through a container that is never started: there the volume has a parent that can be written to, whereas the daemon
 * does not set owner and mode of the very folder that it unpacks into.
 */
export function createFillVolume({ daemon, instance }: Deps): Engine["fillVolume"] {
  return async (volume, { container, path }, owner, signal) => {
    const source = await inspectRaw(daemon, container, signal);
    if (!source) return false;
    return fill(
      { daemon, instance },
      { name: volume, folder: posix.basename(path), image: source.Image, owner },
      () => openFolder(daemon, container, path, signal),
      signal,
    );
  };
}

/** Unpacks a tar stream into a volume in the same way. */
export async function unpackInto(
  deps: Deps,
  { volume, using, tar }: { readonly volume: To; readonly using: Using; readonly tar: Readable },
  signal: AbortSignal,
): Promise<void> {
  await fill(deps, { ...volume, ...using }, async () => tar, signal);
}

interface Deps {
  readonly daemon: Daemon;
  readonly instance: InstanceId;
}

interface To {
  readonly name: string;
  /** The name that the entries of the archive begin with. */
  readonly folder: string;
}

interface Using {
  readonly image: string;
  readonly owner: Owner;
}

async function fill(
  { daemon, instance }: Deps,
  to: To & Using,
  open: () => Promise<AsyncIterable<Buffer> | null>,
  signal: AbortSignal,
): Promise<boolean> {
  const name = `${to.name}.fill`;
  await remove(daemon, name, signal);
  const body = {
    Image: to.image,
    Cmd: ["true"],
    Labels: { ...ownerLabels(instance, to.owner), ...serviceLabels(nobody, "init") },
    HostConfig: {
      NetworkMode: "none",
      Mounts: [
        {
          ...{ Type: "volume", Source: to.name, Target: `/.baton/${to.folder}` },
          VolumeOptions: { NoCopy: true },
        },
      ],
    },
  };
  try {
    await daemon.ask({ method: "POST", path: "/containers/create", query: { name }, body }, signal);
    const archive = await open();
    if (!archive) return false;
    const file = Readable.from(archive);
    const request = { method: "PUT", path: `/containers/${name}/archive`, query: { path: "/.baton" }, file } as const;
    for await (const _ of await daemon.open(request, signal));
    return true;
  } finally {
    await remove(daemon, name, AbortSignal.timeout(removeLimitMs));
  }
}

/** Resolves with null when there is no such folder. */
async function openFolder(
  daemon: Daemon,
  container: ContainerId,
  path: string,
  signal: AbortSignal,
): Promise<AsyncIterable<Buffer> | null> {
  try {
    return await daemon.open({ method: "GET", path: `/containers/${container}/archive`, query: { path } }, signal);
  } catch (error) {
    if (error instanceof Refusal && error.status === 404) return null;
    throw error;
  }
}

async function remove(daemon: Daemon, name: string, signal: AbortSignal): Promise<void> {
  const query = { force: true, v: true };
  await ifThere(daemon.ask({ method: "DELETE", path: `/containers/${name}`, query }, signal));
}
