import { readyAtOf } from "../../model/deployment/deployment.ts";
import { type DeploymentSpec, type ServiceSpec, type StackSpec, servicesOf } from "../../model/deployment/spec.ts";
import type { ImageId } from "../../model/names/ids.ts";
import type { ImageInfo } from "../../ports/engine/images.ts";
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
import { volumeName } from "../containers/container-request.ts";
import type { DeploymentContext } from "../context/context.ts";

/**
 * Decides what happens to data, and to the containers that hold it. Only the images tell where data is that nobody gave
 * a named volume, so this runs once they exist, and before anything that runs is touched. Resolves with the stacks,
 * which include the decision. A fresh deployment keeps no container.
 */
export async function keepData(
  context: DeploymentContext,
  version: Pick<DeploymentSpec, "stacks" | "variables">,
  served: LiveSpec | null,
): Promise<readonly StackSpec[]> {
  const { fresh } = context.deployment;
  const { variables } = version;
  const services = servicesOf(version);
  const images = await imagesOf(context, [...services, ...servicesOf(served?.spec ?? { stacks: [] })]);
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
  const lasting = await makeLasting(context, version.stacks, images, live);
  const marked = withDataInContainers(lasting, {
    variables,
    imageEnvironment,
    otherwiseBasedOn: ({ name }) => servedOn.get(name) ?? null,
  });
  const stacks = keepUnchanged({ stacks: marked, variables }, live, fresh);
  warnOfData(context, { stacks, variables }, live);
  return stacks;
}

/** Warns of data that this version loses, leaves behind, or has only in a container. */
function warnOfData(
  { journal, deployment }: DeploymentContext,
  version: Pick<DeploymentSpec, "stacks" | "variables">,
  live: LiveSpec | null,
): void {
  for (const service of servicesOf(version)) {
    const text = dataInContainerText(service);
    if (text !== null) journal.warn(text);
  }
  for (const lost of lostData(version, live, deployment.fresh)) journal.warn(lostDataText(lost));
  for (const abandoned of abandonedVolumes(version, live)) journal.warn(abandonedText(abandoned));
}

/**
 * The names of images, by service. A version that an older Baton made does not say what its images are based on; the
 * other version may.
 */
function namesOfImages(services: readonly ServiceSpec[]): ReadonlyMap<string, string | null> {
  return new Map(services.map(({ name, basedOn, pulledAs }) => [name, basedOn ?? pulledAs]));
}

async function makeLasting(
  context: DeploymentContext,
  stacks: readonly StackSpec[],
  images: ReadonlyMap<ImageId, ImageInfo>,
  live: LiveSpec | null,
): Promise<readonly StackSpec[]> {
  const { engine, journal, installation, signal } = context;
  const lasting = withLastingVolumes(stacks, (image) => images.get(image)?.volumes ?? []);
  for (const unnamed of lasting.unnamed) {
    journal.note(unnamedVolumeText(unnamed));
    if (unnamed.isShared) journal.warn(sharedVolumeText(unnamed));
  }
  if (live === null) return withCarriedData(lasting.stacks, null, [], () => false).stacks;
  const containers = await engine.listContainers({ installation: installation.id }, signal);
  const existing = await volumesThatCount(context, lasting.stacks);
  const exists = (stack: string, volume: string) => existing.has(nameOf(context, stack, volume));
  const carried = withCarriedData(lasting.stacks, live, containers, exists);
  for (const left of carried.leftBehind) journal.warn(leftBehindText(left));
  return carried.stacks;
}

async function imagesOf(
  { engine, signal }: DeploymentContext,
  services: readonly ServiceSpec[],
): Promise<ReadonlyMap<ImageId, ImageInfo>> {
  const images = [...new Set(services.map(({ image }) => image))];
  const inspected = await Promise.all(images.map((image) => engine.inspectImage(image, signal)));
  return new Map(inspected.flatMap((info, index) => (info && images[index] ? [[images[index], info]] : [])));
}

/**
 * The volumes of these stacks that hold data which counts: more than a copy made for a deployment that was never ready.
 */
async function volumesThatCount(
  context: DeploymentContext,
  stacks: readonly StackSpec[],
): Promise<ReadonlySet<string>> {
  const { engine, store, signal } = context;
  const names = stacks.flatMap((stack) =>
    stack.services.flatMap(({ container }) =>
      container.mounts.flatMap((mount) => (mount.type === "volume" ? [nameOf(context, stack.name, mount.volume)] : [])),
    ),
  );
  const counting = new Set<string>();
  for (const name of new Set(names)) {
    const volume = await engine.inspectVolume(name, signal);
    if (!volume) continue;
    const filler = volume.filledBy === null ? null : await store.deployments.get(volume.filledBy);
    if (!filler || readyAtOf(filler) !== null) counting.add(name);
  }
  return counting;
}

function nameOf({ instance, installation }: DeploymentContext, stack: string, volume: string): string {
  return volumeName(instance, installation.id, stack, volume);
}
