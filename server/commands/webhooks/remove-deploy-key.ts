import type { Product } from "../../model/product.ts";
import type { Uses } from "../adapters.ts";

export async function removeDeployKey({ store }: Uses<"store">, product: Product): Promise<void> {
  await store.sources.setDeployKey(product.id, null);
}
