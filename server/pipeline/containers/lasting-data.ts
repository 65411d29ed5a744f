import { readyAtOf } from "../../model/deployment/deployment.ts";
import { type DeploymentSpec, type ServiceSpec, type StackSpec, servicesOf } from "../../model/deployment/spec.ts";
import type { ImageId } from "../../model/names/ids.ts";
import type { ImageInfo } from "../../ports/engine.ts";
import { leftBehindText, withCarriedData } from "../../rules/data/carried-data.ts";
import { withDataInContainers } from "../../rules/data/data-in-container.ts";
import { sharedVolumeText, unnamedVolumeText, withLastingVolumes } from "../../rules/data/lasting-data.ts";
import {
  abandonedText,
  abandonedVolumes,
  dataInContainerText,
  lostData,
  lostDataText,
} from "../../rules/data/lost-data.ts";
import { keepUnchanged, type LiveSpec } from "../../rules/rollout/stateful.ts";
import type { DeploymentContext, PipelineContext } from "../context.ts";
import { volumeName } from "./container-request.ts";

/**
 * Decides what becomes of data, and of the containers that have it. Only the images tell where data is that nobody gave a
 * named volume, so this comes when they exist, and before anything that runs is touched. The version's spec keeps the
 * decision. `fresh`: no container is kept.
 */
export async function keepData(
  world: PipelineContext,
  work: DeploymentContext,
  version: Pick<DeploymentSpec, "stacks" | "variables">,
  served: LiveSpec | null,
  fresh: boolean,
  signal: AbortSignal,
): Promise<readonly StackSpec[]> {
  const { journal } = work;
  const { variables } = version;
  const services = servicesOf(version);
  const images = await imagesOf(world, [...services, ...servicesOf(served?.spec ?? { stacks: [] })], signal);
  const imageEnvironment = ({ image }: ServiceSpec) => images.get(image)?.environment ?? {};
  const basedOn = namesOfImages(services);
  const servedOn = namesOfImages(servicesOf(served?.spec ?? { stacks: [] }));
  const live = served && {
    ...served,
    spec: {
      ...served.spec,
      stacks: withDataInContainers(served.spec.stacks, {
        variables: served.spec.variables,
        imageEnvironment,
        otherwiseBasedOn: ({ name }) => basedOn.get(name) ?? null,
      }),
    },
  };
  const lasting = await makeLasting(world, work, version.stacks, images, live, signal);
  const marked = withDataInContainers(lasting, {
    variables,
    imageEnvironment,
    otherwiseBasedOn: ({ name }) => servedOn.get(name) ?? null,
  });
  const stacks = keepUnchanged({ stacks: marked, variables }, live, fresh);
  for (const service of servicesOf({ stacks })) {
    const text = dataInContainerText(service);
    if (text !== null) journal.warn(text);
  }
  for (const lost of lostData({ stacks, variables }, live, fresh)) journal.warn(lostDataText(lost));
  for (const abandoned of abandonedVolumes({ stacks }, live)) journal.warn(abandonedText(abandoned));
  return stacks;
}

/** Of services by name: a version that an older Baton made does not tell what its builds stand on, and another one of it may. */
function namesOfImages(services: readonly ServiceSpec[]): ReadonlyMap<string, string | null> {
  return new Map(services.map(({ name, basedOn, pulledAs }) => [name, basedOn ?? pulledAs]));
}

async function makeLasting(
  world: PipelineContext,
  work: DeploymentContext,
  stacks: readonly StackSpec[],
  images: ReadonlyMap<ImageId, ImageInfo>,
  live: LiveSpec | null,
  signal: AbortSignal,
): Promise<readonly StackSpec[]> {
  const { journal, installation } = work;
  const lasting = withLastingVolumes(stacks, (image) => images.get(image)?.volumes ?? []);
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

async function imagesOf(
  { engine }: Pick<PipelineContext, "engine">,
  services: readonly ServiceSpec[],
  signal: AbortSignal,
): Promise<ReadonlyMap<ImageId, ImageInfo>> {
  const images = [...new Set(services.map(({ image }) => image))];
  const inspected = await Promise.all(images.map((image) => engine.inspectImage(image, signal)));
  return new Map(inspected.flatMap((info, index) => (info && images[index] ? [[images[index], info]] : [])));
}

/** Volumes of these stacks that hold data of their own: not what a deployment that was never ready has copied there. */
async function volumesThatCount(
  world: PipelineContext,
  work: DeploymentContext,
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

function nameOf(
  { instance }: PipelineContext,
  { installation }: DeploymentContext,
  stack: string,
  volume: string,
): string {
  return volumeName(instance, installation.id, stack, volume);
}
