import { readyAtOf } from "../model/deployment.ts";
import type { ImageId } from "../model/ids.ts";
import { type StackSpec, servicesOf } from "../model/spec.ts";
import { leftBehindText, withCarriedData } from "../rules/carried-data.ts";
import { sharedVolumeText, unnamedVolumeText, withLastingVolumes } from "../rules/lasting-data.ts";
import type { LiveVersion } from "../rules/stateful.ts";
import { volumeName } from "./container-request.ts";
import type { Work, World } from "./work.ts";

/**
 * Decides what becomes of data that nobody gave a named volume. Only the images tell where it is, so this comes when they
 * exist, and before anything that runs is touched. The version's spec keeps the decision.
 */
export async function keepData(
  world: World,
  work: Work,
  stacks: readonly StackSpec[],
  live: LiveVersion | null,
  signal: AbortSignal,
): Promise<readonly StackSpec[]> {
  const { journal, installation } = work;
  const volumes = await volumesOfImages(world, stacks, signal);
  const lasting = withLastingVolumes(stacks, (image) => volumes.get(image) ?? []);
  for (const unnamed of lasting.unnamed) {
    journal.note(unnamedVolumeText(unnamed));
    if (unnamed.isShared) journal.warn(sharedVolumeText(unnamed));
  }
  if (live === null) return withCarriedData(lasting.stacks, null, [], () => false).stacks;
  const containers = await world.engine.listContainers({ installation: installation.id }, signal);
  const existing = await volumesThatCount(world, work, lasting.stacks, signal);
  const exists = (stack: string, volume: string) => existing.has(nameOf(world, work, stack, volume));
  const carried = withCarriedData(lasting.stacks, live, containers, exists);
  for (const left of carried.leftBehind) journal.warn(leftBehindText(left));
  return carried.stacks;
}

async function volumesOfImages(
  { engine }: Pick<World, "engine">,
  stacks: readonly StackSpec[],
  signal: AbortSignal,
): Promise<ReadonlyMap<ImageId, readonly string[]>> {
  const images = [...new Set(servicesOf({ stacks }).map(({ image }) => image))];
  const inspected = await Promise.all(images.map((image) => engine.inspectImage(image, signal)));
  return new Map(images.map((image, index) => [image, inspected[index]?.volumes ?? []]));
}

/** Volumes of these stacks that hold data of their own: not what a deployment that was never ready has copied there. */
async function volumesThatCount(
  world: World,
  work: Work,
  stacks: readonly StackSpec[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const names = stacks.flatMap((stack) =>
    stack.services.flatMap(({ container }) =>
      container.mounts.flatMap((mount) =>
        mount.type === "volume" ? [nameOf(world, work, stack.name, mount.volume)] : [],
      ),
    ),
  );
  const counting = new Set<string>();
  for (const name of new Set(names)) {
    const volume = await world.engine.inspectVolume(name, signal);
    if (!volume) continue;
    const filler = volume.filledBy === null ? null : await world.store.deployments.get(volume.filledBy);
    if (!filler || readyAtOf(filler) !== null) counting.add(name);
  }
  return counting;
}

function nameOf({ instance }: World, { installation }: Work, stack: string, volume: string): string {
  return volumeName(instance, installation.id, stack, volume);
}
