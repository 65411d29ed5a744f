import type { InstallationId } from "../model/names/ids.ts";
import type { Installation, Product } from "../model/product.ts";
import { lastingNetworkName, volumePrefix } from "../pipeline/containers/container-request.ts";
import type { Leaving } from "../ports/store/store.ts";
import type { ReconcilerContext } from "./context.ts";
import { removeUnneededImages } from "./images.ts";

/**
 * Takes what was deleted out of the proxy, before anything of it is touched: until then its address would answer for an app
 * that is half gone. Resolves with the installations that nothing leads to any more.
 */
export async function withdrawDeleted(
  needs: ReconcilerContext,
  signal: AbortSignal,
): Promise<ReadonlySet<InstallationId>> {
  const leaving = (await needs.store.installations.deleted()).map(({ id }) => id);
  for (const id of leaving) await needs.store.domains.setFor(id, []);
  if (leaving.length > 0) await needs.publishRoutes(signal);
  return new Set(leaving);
}

/** Takes down what was deleted and is withdrawn: installations by themselves or with their products, then the products. */
export async function removeDeleted(
  needs: ReconcilerContext,
  withdrawn: ReadonlySet<InstallationId>,
  signal: AbortSignal,
): Promise<void> {
  const leaving = (await needs.store.installations.deleted()).filter(({ id }) => withdrawn.has(id));
  for (const installation of leaving) await removeInstallation(needs, installation, signal);
  if (leaving.length > 0) await removeUnneededImages(needs, signal);
  // One that is still cancelled or drained is left for the next look, and its product with it.
  const left = new Set((await needs.store.installations.deleted()).map(({ productId }) => productId));
  for (const product of await needs.store.products.deleted()) {
    if (!left.has(product.id)) await removeProduct(needs, product, signal);
  }
}

async function removeInstallation(
  needs: ReconcilerContext,
  { id, keepVolumes }: Installation & Leaving,
  signal: AbortSignal,
): Promise<void> {
  const { engine, proxy, store } = needs;
  const undecided = await store.deployments.undecided(id);
  for (const deployment of undecided) await store.deployments.requestCancel(deployment.id, needs.clock.now());
  // A running one is ended by its worker; the next look goes on from there.
  if (undecided.some((deployment) => deployment.status !== "queued")) return;
  // Its versions are drained and retired like any that nothing leads to; then comes another look.
  if ((await engine.listContainers({ installation: id }, signal)).length > 0) return;

  await engine.removeNetwork(lastingNetworkName(needs.instance, id), signal);
  if (!keepVolumes) {
    const own = volumePrefix(needs.instance, id);
    const volumes = (await engine.listVolumes(signal)).filter((name) => name.startsWith(own));
    for (const name of volumes) await engine.removeVolume(name, signal);
  }
  await proxy.forgetInstallation(id);
  await store.installations.purge(id);
}

async function removeProduct(needs: ReconcilerContext, product: Product, signal: AbortSignal): Promise<void> {
  const { engine, git, store } = needs;
  const prefix = `baton-${needs.instance}/p${product.id}-`;
  const tags = (await engine.listImages(signal)).flatMap((image) => image.tags);
  for (const tag of tags.filter((one) => one.startsWith(prefix))) await engine.removeTag(tag, signal);
  await git.removeRepository(product.id);
  await store.products.purge(product.id);
}
