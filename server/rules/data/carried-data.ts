import { type Mount, type ServiceSpec, type StackSpec, servicesOf } from "../../model/deployment/spec.ts";
import type { DeploymentId } from "../../model/names/ids.ts";
import { containerOf } from "../rollout/container-of.ts";
import { type LiveSpec, stackOf } from "../rollout/stateful.ts";

type VolumeMount = Extract<Mount, { type: "volume" }>;

/** A container of the live version, as far as its data goes. */
interface Holder {
  readonly service: string;
  readonly owner: { readonly deployment: DeploymentId };
  /** Paths of volumes that have no name, and go with the container. */
  readonly ownVolumes: readonly string[];
}

/** Data of the live version that this one does not see: its volume is there already, with content of its own. */
export interface LeftBehind {
  readonly service: string;
  readonly path: string;
  readonly volume: string;
}

/**
 * Marks the volumes that are new in this version and stand where the live container has its data without a name, or in no
 * volume at all: they are filled from it (`carried`). Marks of earlier versions go. `exists`: there is such a volume, which holds something
 * that counts.
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
  // Whatever it has there is its own: nothing but its container holds it.
  if (before.dataInContainer && !volumes.some(({ path }) => path === mount.path)) return true;
  return containerOf(live.id, before, containers)?.ownVolumes.includes(mount.path) ?? false;
}

export function leftBehindText({ service, path, volume }: LeftBehind): string {
  return `${service} gets in ${path} what the volume ${volume} already held, not what the live version has there now; that data stays in Docker`;
}
