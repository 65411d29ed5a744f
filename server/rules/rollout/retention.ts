import { createHash } from "node:crypto";
import type { DeploymentSpec } from "../../model/deployment/spec.ts";
import { servicesOf } from "../../model/deployment/spec.ts";
import type { DeploymentId, ImageId, ProductId } from "../../model/names/ids.ts";
import type { ImageInfo } from "../../ports/engine/images.ts";

/** `baton-<instance>/p<product>-<service>:d<deployment>`: the tag tells which deployment built an image. */
export function imageTag(instance: string, product: number, service: string, deployment: number): string {
  return `baton-${instance}/p${product}-${imageName(service)}:d${deployment}`;
}

/** The product in an image's tag; null for a tag that no product has, such as a base image's. */
export function productOfTag(tag: string): ProductId | null {
  const product = /^baton-[a-z0-9]+\/p(\d+)-[^:]+:d\d+$/.exec(tag)?.[1];
  return product === undefined ? null : (Number(product) as ProductId);
}

/** Image names allow fewer characters than service names. A digest of what is left out keeps them unique. */
function imageName(service: string): string {
  if (/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(service) && service.length <= 63) return service;
  const plain = service
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replace(/^-|-$/g, "");
  const digest = createHash("sha256").update(service).digest("hex").slice(0, 12);
  return plain === "" ? digest : `${plain}-${digest}`;
}

export function imagesOf(specs: readonly DeploymentSpec[]): ReadonlySet<ImageId> {
  return new Set(specs.flatMap((spec) => servicesOf(spec).map((service) => service.image)));
}

const tagPattern = /^baton-[a-z0-9]+\/p\d+-[^:]+:d(\d+)$/;

/**
 * Tags that can be removed: deployments that are over built them, and no kept version needs their image.
 */
export function tagsToRemove(
  images: readonly Pick<ImageInfo, "id" | "tags">[],
  needed: ReadonlySet<ImageId>,
  undecided: ReadonlySet<DeploymentId>,
): readonly string[] {
  return images
    .filter((image) => !needed.has(image.id))
    .flatMap((image) => image.tags)
    .filter((tag) => {
      const builtBy = tagPattern.exec(tag)?.[1];
      return builtBy !== undefined && !undecided.has(Number(builtBy) as DeploymentId);
    });
}
