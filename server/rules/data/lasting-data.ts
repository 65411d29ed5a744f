import { createHash } from "node:crypto";
import type { Mount, ServiceSpec, StackSpec } from "../../model/deployment/spec.ts";
import type { ImageId } from "../../model/names/ids.ts";
import { cleanPath, isWithin } from "./container-path.ts";

type VolumeMount = Extract<Mount, { type: "volume" }>;

/** A folder that an image or a compose file keeps in a volume without a name, and what is done about it. */
export interface UnnamedVolume {
  readonly service: string;
  readonly path: string;
  readonly volume: string;
  readonly origin: NonNullable<VolumeMount["origin"]>;
  /** Two versions write to it at once, because somebody said blue-green. */
  readonly isShared: boolean;
}

/** What is installed or built into these folders comes with each image; a volume would hide the new version's. */
const madeByBuilds = new Set(
  "node_modules bower_components vendor .venv venv __pycache__ .next .nuxt .output .svelte-kit .turbo .yarn .bundle .gradle .m2 dist build target".split(
    " ",
  ),
);
/** Nobody expects a file here to last. `VOLUME /tmp` stands in many a Java service's Dockerfile. */
const scratch = ["/tmp", "/var/tmp", "/run", "/var/run", "/dev"];
/** An image's VOLUME at a folder of such a name is not worth that a web service cannot run twice. */
const cachesAndLogs = new Set("tmp temp cache caches .cache log logs".split(" "));

/**
 * Gives each folder that lies in a volume without a name (VOLUME in an image, `- /data` in a compose file) a volume that
 * lasts, under a name derived from the service and the path, and says that the service keeps data. A version that has
 * them already comes back as it is. Services that run to their end keep nothing.
 */
export function withLastingVolumes(
  stacks: readonly StackSpec[],
  imageVolumes: (image: ImageId) => readonly string[],
): { readonly stacks: readonly StackSpec[]; readonly unnamed: readonly UnnamedVolume[] } {
  const lasting = stacks.map(({ name, services }) => ({
    name,
    services: services.map((service) =>
      service.kind === "init" ? service : withVolumes(service, imageVolumes(service.image)),
    ),
  }));
  return { stacks: lasting, unnamed: unnamedVolumes(lasting) };
}

/** Those that a version has. */
export function unnamedVolumes(stacks: readonly StackSpec[]): readonly UnnamedVolume[] {
  return stacks.flatMap(({ services }) => services.flatMap(unnamedOf));
}

function withVolumes(service: ServiceSpec, imageVolumes: readonly string[]): ServiceSpec {
  const { mounts } = service.container;
  const named = mounts.map((mount) =>
    mount.type === "anonymous" && !isMadeByBuild(mount.path) && !isScratch(mount.path, [])
      ? volumeAt(service.name, mount.path, "anonymous")
      : mount,
  );
  const own = [...new Set(imageVolumes.map(cleanPath))]
    .filter((path) => path !== "/" && !mounts.some((mount) => cleanPath(mount.path) === path))
    .filter(
      (path) => !isScratch(path, mounts) && !isCacheOrLog(path) && !(service.pulledAs === null && isMadeByBuild(path)),
    )
    .sort()
    .map((path) => volumeAt(service.name, path, "image"));
  const all = [...named, ...own];
  if (own.length === 0 && named.every((mount, index) => mount === mounts[index])) return service;
  return {
    ...service,
    stateful: service.stateful ?? (saysBlueGreen(service) ? null : keepsDataIn(all)),
    container: { ...service.container, mounts: all },
  };
}

/** Specs of before strategies were in them: who writes to a named volume and yet runs twice was told to. */
export function saysBlueGreen({ strategy, stateful, container }: ServiceSpec): boolean {
  const writes = container.mounts.some((mount) => mount.type === "volume" && !mount.readOnly && !mount.origin);
  return strategy === "blue-green" || (strategy === undefined && stateful === null && writes);
}

function keepsDataIn(mounts: readonly Mount[]): string {
  const paths = mounts.flatMap((mount) => (mount.type === "volume" && mount.origin ? [mount.path] : []));
  return `keeps its data in ${paths.join(", ")}`;
}

/** Docker lays an image's volume over whatever is mounted above it, but what is below a tmpfs was never meant to last. */
function isScratch(path: string, mounts: readonly Mount[]): boolean {
  const inMemory = mounts.flatMap((mount) => (mount.type === "tmpfs" ? [mount.path] : []));
  return [...scratch, ...inMemory].some((folder) => isWithin(path, folder));
}

function isCacheOrLog(path: string): boolean {
  const within = ["/var/cache", "/var/log"].some((folder) => isWithin(path, folder));
  return within || cachesAndLogs.has(path.split("/").at(-1) ?? "");
}

function isMadeByBuild(path: string): boolean {
  return madeByBuilds.has(cleanPath(path).split("/").at(-1) ?? "");
}

function volumeAt(service: string, path: string, origin: UnnamedVolume["origin"]): VolumeMount {
  return { type: "volume", volume: derivedName(service, path), path, readOnly: false, origin };
}

/** The same for the same service and path in every version. The digest tells `a-b` `/c` from `a` `/b/c`. */
function derivedName(service: string, path: string): string {
  const words = cleanPath(path)
    .replace(/[^a-zA-Z0-9.]+/g, "-")
    .slice(0, 60);
  const digest = createHash("sha256")
    .update(`${service}\0${cleanPath(path)}`)
    .digest("hex")
    .slice(0, 6);
  return `${service}${words}-${digest}`;
}

function unnamedOf(service: ServiceSpec): readonly UnnamedVolume[] {
  return service.container.mounts.flatMap((mount) =>
    mount.type === "volume" && mount.origin
      ? [
          {
            service: service.name,
            path: mount.path,
            volume: mount.volume,
            origin: mount.origin,
            isShared: service.stateful === null,
          },
        ]
      : [],
  );
}

/** A sentence for the log. */
export function unnamedVolumeText({ service, path, volume, origin }: UnnamedVolume): string {
  const why = origin === "image" ? "VOLUME in its image" : "a volume without a name";
  return `${service} keeps its data in ${path} (${why}), which lasts as the volume ${volume}`;
}

export function sharedVolumeText({ service, path }: UnnamedVolume): string {
  return `${service} keeps its data in ${path}, and its strategy is blue-green: during a deployment, the old and the new version write there at the same time`;
}
