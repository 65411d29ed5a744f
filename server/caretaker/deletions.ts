import type { Installation, Product } from "../model/product.ts";
import { lastingNetworkName, volumePrefix } from "../pipeline/container-request.ts";
import { removeDeployment } from "../pipeline/remove.ts";
import type { Leaving } from "../ports/store.ts";
import { removeUnneededImages } from "./images.ts";
import type { CaretakerNeeds } from "./needs.ts";

/** Takes down what was deleted: installations by themselves or with their products, then the products. */
export async function removeDeleted(needs: CaretakerNeeds, signal: AbortSignal): Promise<void> {
  const leaving = await needs.store.installations.deleted();
  for (const installation of leaving) await removeInstallation(needs, installation, signal);
  if (leaving.length > 0) await removeUnneededImages(needs, signal);
  // One whose deployment is still being cancelled is left for the next look, and its product with it.
  const left = new Set((await needs.store.installations.deleted()).map(({ productId }) => productId));
  for (const product of await needs.store.products.deleted()) {
    if (!left.has(product.id)) await removeProduct(needs, product, signal);
  }
}

/** The address first, so that nobody meets a half-removed app. */
async function removeInstallation(
  needs: CaretakerNeeds,
  { id, keepVolumes }: Installation & Leaving,
  signal: AbortSignal,
): Promise<void> {
  const { engine, proxy, store } = needs;
  await store.domains.setFor(id, []);
  await needs.publishRoutes(signal);

  const undecided = await store.deployments.undecided(id);
  for (const deployment of undecided) await store.deployments.requestCancel(deployment.id, needs.clock.now());
  // A running one is ended by its worker; the next look goes on from there.
  if (undecided.some((deployment) => deployment.status !== "queued")) return;

  const containers = await engine.listContainers({ installation: id }, signal);
  for (const deployment of new Set(containers.map(({ owner }) => owner.deployment))) {
    await removeDeployment(needs, deployment, signal, { graceMs: 1_000 });
  }
  await engine.removeNetwork(lastingNetworkName(needs.instance, id), signal);
  if (!keepVolumes) {
    const own = volumePrefix(needs.instance, id);
    const volumes = (await engine.listVolumes(signal)).filter((name) => name.startsWith(own));
    for (const name of volumes) await engine.removeVolume(name, signal);
  }
  await proxy.forgetInstallation(id);
  await store.installations.purge(id);
}

async function removeProduct(needs: CaretakerNeeds, product: Product, signal: AbortSignal): Promise<void> {
  const { engine, git, store } = needs;
  const prefix = `baton-${needs.instance}/p${product.id}-`;
  const tags = (await engine.listImages(signal)).flatMap((image) => image.tags);
  for (const tag of tags.filter((one) => one.startsWith(prefix))) await engine.removeTag(tag, signal);
  await git.removeRepository(product.id);
  await store.products.purge(product.id);
}
