import { type Mount, type ServiceSpec, type StackSpec, servicesOf } from "../../model/deployment/spec.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import { containerOf } from "../rollout/container-of.ts";
import { type LiveSpec, stackOf } from "../rollout/stateful.ts";

type VolumeMount = Extract<Mount, { type: "volume" }>;

/** The parts of a live container that say where its data is. */
interface Holder {
  readonly service: string;
  readonly owner: { readonly deployment: DeploymentId };
  /** Paths of anonymous volumes, which Docker removes with the container. */
  readonly ownVolumes: readonly string[];
}

/**
 * Data of the live version that the new version does not see, because its volume exists already and has other content.
 */
export interface LeftBehind {
  readonly service: string;
  readonly path: string;
  readonly volume: string;
}

/**
 * Marks volumes that must be filled from the live container (`carried`): they are new in this version, and the live
 * container keeps data at the same path in an anonymous volume or in no volume. Marks of earlier versions are removed.
 * `exists` tells whether a volume exists and holds data.
 */
export function withCarriedData(
  stacks: readonly StackSpec[],
  live: LiveSpec | null,
  containers: readonly Holder[],
  exists: (stack: string, volume: string) => boolean,
): { readonly stacks: readonly StackSpec[]; readonly leftBehind: readonly LeftBehind[] } {
  const leftBehind: LeftBehind[] = [];
  const inStack = (stack: string, service: ServiceSpec): ServiceSpec => {
    const mounts = service.container.mounts.map((mount): Mount => {
      if (mount.type !== "volume") return mount;
      const { carried: _, ...unmarked } = mount;
      if (!standsOnUnnamed(stack, service, unmarked, live, containers)) return unmarked;
      if (!exists(stack, mount.volume)) return { ...unmarked, carried: true };
      leftBehind.push({ service: service.name, path: mount.path, volume: mount.volume });
      return unmarked;
    });
    return { ...service, container: { ...service.container, mounts } };
  };
  return {
    stacks: stacks.map(({ name, services }) => ({ name, services: services.map((each) => inStack(name, each)) })),
    leftBehind,
  };
}

function standsOnUnnamed(
  stack: string,
  service: ServiceSpec,
  mount: VolumeMount,
  live: LiveSpec | null,
  containers: readonly Holder[],
): boolean {
  const before = live && servicesOf(live.spec).find(({ name }) => name === service.name);
  if (!live || !before || before.kind === "init" || service.kind === "init" || mount.readOnly) return false;
  const volumes = before.container.mounts.filter((each) => each.type === "volume");
  const isSameStack = stackOf(live.spec, before.name) === stack;
  if (isSameStack && volumes.some(({ volume }) => volume === mount.volume)) return false;
  if (volumes.some(({ path, origin }) => path === mount.path && origin)) return true;
  // Nothing but its container holds what it has there.
  if (before.dataInContainer && !volumes.some(({ path }) => path === mount.path)) return true;
  return containerOf(live.id, before, containers)?.ownVolumes.includes(mount.path) ?? false;
}

export function leftBehindText({ service, path, volume }: LeftBehind): string {
  return `${service} gets in ${path} what the volume ${volume} already held, not what the live version has there now; that data stays in Docker`;
}
