import type { InstallationId } from "../../model/names/ids.ts";
import type { Installation, Product } from "../../model/product.ts";
import { lastingNetworkName, soloNetworkName, volumePrefix } from "../../pipeline/containers/container-request.ts";
import type { DeleteOptions } from "../../ports/store/products.ts";
import type { ReconcilerContext } from "../context.ts";
import { removeUnneededImages } from "./images.ts";

/**
 * Removes the routes of deleted installations before touching anything else of them; otherwise their addresses would
 * answer for an app that is half gone. Resolves with the installations that no route leads to any more.
 */
export async function withdrawDeleted(context: ReconcilerContext): Promise<ReadonlySet<InstallationId>> {
  const leaving = (await context.store.installations.deleted()).map(({ id }) => id);
  for (const id of leaving) await context.store.domains.setFor(id, []);
  if (leaving.length > 0) await context.publishRoutes(context.signal);
  return new Set(leaving);
}

/**
 * Removes what was deleted and withdrawn: first installations, separately or with their products, then the products.
 */
export async function removeDeleted(context: ReconcilerContext, withdrawn: ReadonlySet<InstallationId>): Promise<void> {
  const leaving = (await context.store.installations.deleted()).filter(({ id }) => withdrawn.has(id));
  for (const installation of leaving) await removeInstallation(context, installation);
  if (leaving.length > 0) await removeUnneededImages(context);
  // An installation that is still being cancelled or drained is left for the next pass, and its product with it.
  const left = new Set((await context.store.installations.deleted()).map(({ productId }) => productId));
  for (const product of await context.store.products.deleted()) {
    if (!left.has(product.id)) await removeProduct(context, product);
  }
}

async function removeInstallation(
  context: ReconcilerContext,
  { id, keepVolumes }: Installation & DeleteOptions,
): Promise<void> {
  const { engine, proxy, store, clock, instance, signal } = context;
  const undecided = await store.deployments.undecided(id);
  for (const deployment of undecided) await store.deployments.requestCancel(deployment.id, clock.now());
  // The worker ends a running deployment; the next pass continues from there.
  if (undecided.some((deployment) => deployment.status !== "queued")) return;
  // Its versions are drained and removed like any version without a route; the next pass continues from there.
  if ((await engine.listContainers({ installation: id }, signal)).length > 0) return;

  for (const nameOf of [lastingNetworkName, soloNetworkName]) await engine.removeNetwork(nameOf(instance, id), signal);
  if (!keepVolumes) {
    const own = volumePrefix(instance, id);
    const volumes = (await engine.listVolumes(signal)).filter((name) => name.startsWith(own));
    for (const name of volumes) await engine.removeVolume(name, signal);
  }
  await proxy.forgetInstallation(id);
  await store.installations.purge(id);
}

async function removeProduct(context: ReconcilerContext, product: Product): Promise<void> {
  const { engine, git, store, instance, signal } = context;
  const prefix = `baton-${instance}/p${product.id}-`;
  const tags = (await engine.listImages(signal)).flatMap((image) => image.tags);
  for (const tag of tags.filter((one) => one.startsWith(prefix))) await engine.removeTag(tag, signal);
  await git.removeRepository(product.id);
  await store.products.purge(product.id);
}
