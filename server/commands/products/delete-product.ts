import type { Product } from "../../model/product.ts";
import type { DeleteOptions } from "../../ports/store/products.ts";
import type { Uses } from "../adapters.ts";

/**
 * Cancels the product's deployments. The reconciler then removes its routes, containers, images, repository and rows,
 * and its volumes if requested.
 */
export async function deleteProduct(
  { store, wakeQueue, wakeReconciler }: Uses<"store" | "wakeQueue" | "wakeReconciler">,
  product: Product,
  leaving: DeleteOptions,
): Promise<void> {
  await store.products.markDeleted(product.id, leaving);
  wakeQueue();
  wakeReconciler();
}
