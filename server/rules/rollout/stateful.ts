import {
  type DeploymentSpec,
  type Mount,
  type ServiceSpec,
  type StackSpec,
  servicesOf,
} from "../../model/deployment/spec.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import { containerChanges } from "./same-container.ts";

/** The spec of the live version. */
export interface LiveSpec {
  readonly id: DeploymentId;
  readonly spec: DeploymentSpec;
}

/** A service that is unavailable while it is replaced, and the reason. */
export interface Interruption {
  readonly stack: string;
  readonly service: string;
  readonly kind: ServiceSpec["kind"];
  /** A clause: "its image changed", "it is not part of this version". */
  readonly why: string;
  /** Whether nothing replaces it. */
  readonly isOver: boolean;
}

export type VolumeMount = Extract<Mount, { type: "volume" }>;
type Version = Pick<DeploymentSpec, "stacks" | "variables">;

/**
 * Decides which stateful services keep running: those that the live version has unchanged, unless everything is made
 * afresh. Returns the stacks with `keptFrom` set on them.
 */
export function keepUnchanged(version: Version, live: LiveSpec | null, fresh: boolean): readonly StackSpec[] {
  return version.stacks.map((stack) => ({
    ...stack,
    services: stack.services.map((service) => ({
      ...service,
      keptFrom: fresh ? null : keeperOf(service, version, live),
    })),
  }));
}

function keeperOf(service: ServiceSpec, version: Version, live: LiveSpec | null): DeploymentId | null {
  // An older Baton may have started it beside others, as if it could run twice. It is stateful all the same.
  const before = service.dataInContainer ? longRunningBefore(service.name, live) : statefulBefore(service.name, live);
  if (!live || !before || !isStateful(service)) return null;
  return changesOf(before, live, service, version).length === 0 ? makerOf(before, live) : null;
}

/**
 * Says what would need a new container. Volumes belong to a stack, so a service that moves to another stack gets other
 * volumes.
 */
function changesOf(before: ServiceSpec, live: LiveSpec, service: ServiceSpec, version: Version): readonly string[] {
  const hasVolume = service.container.mounts.some(({ type }) => type === "volume");
  const moved = hasVolume && stackOf(live.spec, service.name) !== stackOf(version, service.name);
  const changes = containerChanges(before, live.spec.variables, service, version.variables);
  return moved ? ["its stack, and with it its volumes,", ...changes] : changes;
}

/** A clause: "its image and its command changed". */
export function changesText(before: ServiceSpec, live: LiveSpec, service: ServiceSpec, version: Version): string {
  return `${listed(changesOf(before, live, service, version))} changed`;
}

export function stackOf(spec: Pick<DeploymentSpec, "stacks">, service: string): string | null {
  return spec.stacks.find(({ services }) => services.some(({ name }) => name === service))?.name ?? null;
}

/**
 * The services that are interrupted when this version replaces the live one. Expects `version` as `keepUnchanged`
 * returned it. New services interrupt nothing.
 */
export function interruptions(version: Version, live: LiveSpec | null, fresh: boolean): readonly Interruption[] {
  if (!live) return [];
  const now = new Map(servicesOf(version).map((service) => [service.name, service]));
  return live.spec.stacks.flatMap((stack) =>
    stack.services.flatMap((before): readonly Interruption[] => {
      const service = now.get(before.name);
      const isCarried = service !== undefined && isStateful(service) && carriedVolumes(service).length > 0;
      if (before.kind === "init" || !(isStateful(before) || isCarried)) return [];
      const facts = { stack: stack.name, service: before.name, kind: before.kind, isOver: !service };
      if (!service) return [{ ...facts, why: "it is not part of this version" }];
      if (service.keptFrom !== null) return [];
      // Both run until the old one has been drained.
      if (!isStateful(service)) return [];
      if (isCarried) return [{ ...facts, why: "its data moves to a persistent volume" }];
      const changes = changesText(before, live, service, version);
      return [{ ...facts, why: fresh ? "every container is recreated" : changes }];
    }),
  );
}

export function isStateful(service: Pick<ServiceSpec, "stateful" | "kind">): boolean {
  return service.stateful !== null && service.kind !== "init";
}

/** The stateful service of this name in the live version, or null. */
export function statefulBefore(name: string, live: LiveSpec | null): ServiceSpec | null {
  return (live && servicesOf(live.spec).find((service) => service.name === name && isStateful(service))) ?? null;
}

/**
 * The service of the live version that is stopped before this stateful one starts: it is stateful itself, or its data
 * is carried over into a volume. Null when there is none.
 */
export function replacedBy(service: ServiceSpec, live: LiveSpec | null): ServiceSpec | null {
  if (carriedVolumes(service).length === 0) return statefulBefore(service.name, live);
  return longRunningBefore(service.name, live);
}

function longRunningBefore(service: string, live: LiveSpec | null): ServiceSpec | null {
  return (live && servicesOf(live.spec).find(({ name, kind }) => name === service && kind !== "init")) ?? null;
}

/** The deployment that made its container. */
export function makerOf(service: Pick<ServiceSpec, "keptFrom">, version: Pick<LiveSpec, "id">): DeploymentId {
  return service.keptFrom ?? version.id;
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** Volumes that are filled from the live container before this service starts. */
export function carriedVolumes({ container }: Pick<ServiceSpec, "container">): readonly VolumeMount[] {
  return container.mounts.filter((mount): mount is VolumeMount => mount.type === "volume" && mount.carried === true);
}
