import { createHash } from "node:crypto";
import type { Mount, ServiceSpec, StackSpec } from "../../model/deployment/spec.ts";
import type { ImageId } from "../../model/names/ids.ts";
import { cleanPath, isWithin } from "./container-path.ts";

type VolumeMount = Extract<Mount, { type: "volume" }>;

/** A folder that an image or a compose file keeps in an anonymous volume, and what Baton does about it. */
export interface UnnamedVolume {
  readonly service: string;
  readonly path: string;
  readonly volume: string;
  readonly origin: NonNullable<VolumeMount["origin"]>;
  /** Whether two versions write to it at once, because the user asked for blue-green. */
  readonly isShared: boolean;
}

/** Folders that hold what a build installs. Each image brings its own, and a volume would hide the new version's. */
const madeByBuilds = new Set(
  "node_modules bower_components vendor .venv venv __pycache__ .next .nuxt .output .svelte-kit .turbo .yarn .bundle .gradle .m2 dist build target".split(
    " ",
  ),
);
/** Nobody expects a file here to last. Many Dockerfiles of Java services say `VOLUME /tmp`. */
const scratch = ["/tmp", "/var/tmp", "/run", "/var/run", "/dev"];
/** Folder names for which an image's VOLUME is not worth making a web service unable to run twice. */
const cachesAndLogs = new Set("tmp temp cache caches .cache log logs".split(" "));

/**
 * Gives each anonymous volume (VOLUME in an image, `- /data` in a compose file) a name derived from the service and the
 * path, so that it lasts, and marks the service as stateful. A version that has such volumes already is returned
 * unchanged. Init services keep nothing.
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

/** The unnamed volumes of a version. */
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

/**
 * Specs written before strategies existed: a service that writes to a named volume and runs twice was configured to.
 */
export function saysBlueGreen({ strategy, stateful, container }: ServiceSpec): boolean {
  const writes = container.mounts.some((mount) => mount.type === "volume" && !mount.readOnly && !mount.origin);
  return strategy === "blue-green" || (strategy === undefined && stateful === null && writes);
}

function keepsDataIn(mounts: readonly Mount[]): string {
  const paths = mounts.flatMap((mount) => (mount.type === "volume" && mount.origin ? [mount.path] : []));
  return `keeps its data in ${paths.join(", ")}`;
}

/**
 * Docker puts an image's volume on top of whatever is mounted above it, but nothing below a tmpfs was meant to last.
 */
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

/**
 * The same service and path give the same name in every version. The digest keeps `a-b` + `/c` apart from `a` + `/b/c`.
 */
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

/** Formats the log line about an unnamed volume. */
export function unnamedVolumeText({ service, path, volume, origin }: UnnamedVolume): string {
  const why = origin === "image" ? "VOLUME in its image" : "a volume without a name";
  return `${service} keeps its data in ${path} (${why}), which lasts as the volume ${volume}`;
}

export function sharedVolumeText({ service, path }: UnnamedVolume): string {
  return `${service} keeps its data in ${path}, and its strategy is blue-green: during a deployment, the old and the new version write there at the same time`;
}
