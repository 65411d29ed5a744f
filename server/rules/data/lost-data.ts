import { type DeploymentSpec, type ServiceSpec, servicesOf } from "../../model/deployment/spec.ts";
import { carriedVolumes, changesText, type LiveSpec } from "../rollout/stateful.ts";
import { isWithin } from "./container-path.ts";

type Version = Pick<DeploymentSpec, "stacks" | "variables">;
type DataInContainer = NonNullable<ServiceSpec["dataInContainer"]>;

/** Data that is lost with a container of the live version when it is replaced. */
export interface LostData extends DataInContainer {
  readonly service: string;
  /** A clause: "its image changed". */
  readonly why: string;
}

/** Expects `version` as `keepUnchanged` returned it. */
export function lostData(version: Version, live: LiveSpec | null, fresh: boolean): readonly LostData[] {
  if (!live) return [];
  const now = new Map(servicesOf(version).map((service) => [service.name, service]));
  return servicesOf(live.spec).flatMap((before): readonly LostData[] => {
    const service = now.get(before.name);
    const data = before.dataInContainer;
    if (!data || before.kind === "init") return [];
    const facts = { service: before.name, ...data };
    if (!service || service.kind === "init") return [{ ...facts, why: "it is not part of this version" }];
    if (service.keptFrom !== null || isCarried(service, data)) return [];
    return [{ ...facts, why: fresh ? "every container is recreated" : whyReplaced(before, service, version, live) }];
  });
}

function isCarried(service: ServiceSpec, { path }: DataInContainer): boolean {
  return carriedVolumes(service).some((volume) => isWithin(path, volume.path));
}

function whyReplaced(before: ServiceSpec, service: ServiceSpec, version: Version, live: LiveSpec): string {
  if (service.stateful === null) return "each deployment recreates it";
  return changesText(before, live, service, version);
}

export function lostDataText({ service, path, what, why }: LostData): string {
  return `The data of ${service} (${what}) is lost with its container, because no volume holds ${path}: ${why}`;
}

/** Says what keeps the data in its container, what would delete it, and what to do. Null when it keeps none there. */
export function dataInContainerText({ name, stateful, dataInContainer }: ServiceSpec): string | null {
  if (!dataInContainer) return null;
  const { what, path } = dataInContainer;
  const ends =
    stateful === null
      ? "With the strategy blue-green, each deployment starts without it."
      : "Pushes that don't change the service keep it. A new image, command or variable, a product redeploy, a stop or a removal loses it.";
  return `${name} is ${what} without a volume: its data in ${path} is lost with its container. ${ends} ${volumeAdvice(name, path)}`;
}

/** The compose lines that fix it. Baton copies the data once they are deployed. */
export function volumeAdvice(service: string, path: string): string {
  return `Name a volume for it, and Baton copies the data there: volumes: ["${service}-data:${path}"]`;
}

/** A volume whose service or path no longer exists in this version. */
export interface Abandoned {
  readonly service: string;
  readonly path: string;
  readonly volume: string;
}

export function abandonedVolumes(version: Pick<Version, "stacks">, live: LiveSpec | null): readonly Abandoned[] {
  if (!live) return [];
  const used = new Set(version.stacks.flatMap((stack) => volumesIn(stack)));
  const carried = servicesOf(version).flatMap((service) =>
    carriedVolumes(service).map(({ path }) => `${service.name} ${path}`),
  );
  return live.spec.stacks.flatMap((stack) =>
    stack.services.flatMap(({ name, container }) =>
      container.mounts.flatMap((mount) =>
        mount.type === "volume" &&
        !mount.readOnly &&
        !used.has(`${stack.name} ${mount.volume}`) &&
        !carried.includes(`${name} ${mount.path}`)
          ? [{ service: name, path: mount.path, volume: mount.volume }]
          : [],
      ),
    ),
  );
}

function volumesIn({ name, services }: Version["stacks"][number]): readonly string[] {
  return services.flatMap(({ container }) =>
    container.mounts.flatMap((mount) => (mount.type === "volume" ? [`${name} ${mount.volume}`] : [])),
  );
}

export function abandonedText({ service, path, volume }: Abandoned): string {
  return `Nothing in this version uses what ${service} had in ${path}. It stays in the volume ${volume}; mount that volume by name to use it again`;
}
