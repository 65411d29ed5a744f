import type { Product } from "../../model/product.ts";
import type { Leaving } from "../../ports/store/store.ts";
import type { Uses } from "../adapters.ts";

/**
 * Cancels its deployments; the reconciler removes routes, containers, images, repository and rows, and the volumes when
 * that was asked for.
 */
export async function deleteProduct(
  { store, wakeQueue, wakeReconciler }: Uses<"store" | "wakeQueue" | "wakeReconciler">,
  product: Product,
  leaving: Leaving,
): Promise<void> {
  await store.products.markDeleted(product.id, leaving);
  wakeQueue();
  wakeReconciler();
}
