import type { Product } from "../model/product.ts";
import { removeDeployment } from "../pipeline/remove.ts";
import type { CaretakerNeeds } from "./needs.ts";

/** Takes down products that were deleted: the address first, so that nobody meets a half-removed app. */
export async function removeDeletedProducts(needs: CaretakerNeeds, signal: AbortSignal): Promise<void> {
  for (const product of await needs.store.products.deleted()) await removeProduct(needs, product, signal);
}

async function removeProduct(needs: CaretakerNeeds, product: Product, signal: AbortSignal): Promise<void> {
  const { engine, git, proxy, store } = needs;
  const installations = await store.installations.ofProduct(product.id);
  for (const { id } of installations) await store.domains.setFor(id, []);
  await needs.publishRoutes(signal);

  for (const { id } of installations) {
    const undecided = await store.deployments.undecided(id);
    for (const deployment of undecided) await store.deployments.requestCancel(deployment.id, needs.clock.now());
    // A running one is ended by its worker; the next look goes on from there.
    if (undecided.some((deployment) => deployment.status !== "queued")) return;
  }
  for (const { id } of installations) {
    const containers = await engine.listContainers({ installation: id }, signal);
    for (const deployment of new Set(containers.map(({ owner }) => owner.deployment))) {
      await removeDeployment(needs, deployment, signal, { graceMs: 1_000 });
    }
    await proxy.forgetInstallation(id);
  }
  const prefix = `baton-${needs.instance}/p${product.id}-`;
  const tags = (await engine.listImages(signal)).flatMap((image) => image.tags);
  for (const tag of tags.filter((one) => one.startsWith(prefix))) await engine.removeTag(tag, signal);
  await git.removeRepository(product.id);
  await store.products.purge(product.id);
}
