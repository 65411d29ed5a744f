import type { DeploymentId, ImageId } from "../model/ids.ts";
import type { DeploymentSpec } from "../model/spec.ts";
import { servicesOf } from "../model/spec.ts";
import type { ImageInfo } from "../ports/engine.ts";

/** `baton-<instance>/p<product>-<service>:d<deployment>`: which deployment built an image can be read off its tag. */
export function imageTag(instance: string, product: number, service: string, deployment: number): string {
  // Names of images know no capitals. Services of a product differ in more than that.
  const name = service
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return `baton-${instance}/p${product}-${name}:d${deployment}`;
}

const tagPattern = /^baton-[a-z0-9]+\/p\d+-[^:]+:d(\d+)$/;

/**
 * Tags that can go: built by deployments that are over, naming images that no kept version needs.
 * `kept` are the specs of the last ready versions, of the live and the stopped one, and of what runs.
 */
export function tagsToRemove(
  images: readonly ImageInfo[],
  kept: readonly DeploymentSpec[],
  undecided: ReadonlySet<DeploymentId>,
): readonly string[] {
  const needed = new Set<ImageId>(kept.flatMap((spec) => servicesOf(spec).map((service) => service.image)));
  return images
    .filter((image) => !needed.has(image.id))
    .flatMap((image) => image.tags)
    .filter((tag) => {
      const builtBy = tagPattern.exec(tag)?.[1];
      return builtBy !== undefined && !undecided.has(Number(builtBy) as DeploymentId);
    });
}
